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
// Calls that fail throw coffer::CofferError; an exception of a handler comes out, as itself, of
// the call that fired the event.
#pragma once

#include <coffer/cloudbackup.hpp>
#include <coffer/support.hpp>
#include <coffer/threeds.hpp>
