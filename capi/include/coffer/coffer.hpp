// The C++ face of the library: header-only, over the C ABI of <coffer/coffer.h>. C++17.
//
//   coffer::cloudbackup::Office365Backup backup;
//   backup.set_authorization("Bearer ...");
//   backup.set_data_folder("/home/me/mail");
//   bool done = false;
//   backup.on_end_backup([&](auto&) { done = true; });
//   backup.start_backup();
//   while (!done) backup.do_events();
//
//   coffer::threeds::Client client;  // a card payment in an app
//   server.send(client.get_auth_request());
//   client.check_auth_response(server.answer());
//   while (client.transaction_status() == "C") {
//     client.send_challenge_request();
//     if (!client.challenge_complete()) client.set_challenge_data_entry(ask(client));
//   }
//
// Calls that fail throw coffer::CofferError; an exception of a handler comes out, as itself, of
// the call that fired the event.
#pragma once

#include <coffer/certs.hpp>
#include <coffer/cloudbackup.hpp>
#include <coffer/support.hpp>
#include <coffer/threeds.hpp>
