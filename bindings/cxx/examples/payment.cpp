// A payment in C++:  payment VERSION DS_CERT DS_ID DS_KEY_ID ACS_ROOT CA_FILE CODE
//
// Prints the text for the 3DS Server on one line, reads its answer from the next line of standard
// input (how the two travel is the program's own affair), and answers each screen with CODE.
// Returns 0 only when the cardholder was authenticated.
#include <coffer/coffer.hpp>

#include <fstream>
#include <iostream>
#include <iterator>
#include <stdexcept>
#include <string>

using coffer::threeds::Client;

namespace {

std::string contents(const std::string& name) {
  std::ifstream file(name, std::ios::binary);
  if (!file) throw std::runtime_error(name + " cannot be read");
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

coffer::Bytes octets(const std::string& text) {
  return {text.begin(), text.end()};
}

void configure(Client& client, char** arguments) {
  client.config("SSLServerCACerts=" + contents(arguments[5]));
  client.config("SDKReferenceNumber=3DS_LOA_SDK_COFFER_0001");
  client.set_message_version(arguments[0]);
  client.set_sdk_app_id("b2385523-a66c-4907-ac3c-91848e8c0067");
  client.set_directory_server_cert_encoded(octets(contents(arguments[1])));
  client.set_directory_server_id(arguments[2]);
  client.set_directory_server_key_id(arguments[3]);
  client.set_acs_root_cert_count(1);
  client.set_acs_root_cert_encoded(0, octets(contents(arguments[4])));
  client.add_device_param("C001", "Android", 2, 1);
  client.on_log([](auto& event) {
    std::cerr << "log " << event.log_type() << ": " << event.message() << "\n";
  });
}

// Answers the screen that is shown.
void answer_screen(Client& client, const std::string& code) {
  std::cout << "screen " << client.acsui_type() << ": " << client.challenge_info_text() << "\n";
  for (int choice = 0; choice < client.challenge_select_info_count(); ++choice) {
    std::cout << "choice: " << client.challenge_select_info_name(choice) << "\n";
  }
  switch (client.acsui_type()) {
    case 4:  // out of band: the cardholder confirms elsewhere
    case 6:
      client.set_oob_continuation_indicator(1);
      break;
    case 7:  // information
      client.set_use_information_continuation(true);
      break;
    default:
      client.set_challenge_data_entry(
          client.challenge_select_info_count() > 0 ? client.challenge_select_info_name(0) : code);
  }
}

int pay(char** arguments) {
  Client client;
  configure(client, arguments);
  std::cout << client.get_auth_request() << std::endl;
  std::string answer;
  std::getline(std::cin, answer);
  client.check_auth_response(answer);
  bool complete = client.transaction_status() != "C";
  while (!complete) {
    client.send_challenge_request();
    complete = client.challenge_complete();
    if (!complete) answer_screen(client, arguments[6]);
  }
  const std::string status = client.transaction_status();
  std::cout << "transStatus " << status << "\n";
  return status == "Y" || status == "A" ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 8) {
    std::cerr << "usage: " << argv[0] << " VERSION DS_CERT DS_ID DS_KEY_ID ACS_ROOT CA_FILE CODE\n";
    return 2;
  }
  try {
    return pay(argv + 1);
  } catch (const coffer::CofferError& error) {
    std::cerr << "error " << error.code() << ": " << error.what() << "\n";
  } catch (const std::exception& error) {
    std::cerr << error.what() << "\n";
  }
  return 1;
}
