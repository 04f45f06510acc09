/* What a call costs in C, in nanoseconds: the rows of programs/Calls.java. */
#include <coffer/coffer.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

enum { ROUNDS = 5 };

static coffer_office365backup* backup;
static coffer_threeds_client* client;
static int heard;

static void get_text(void) {
  char* text = NULL;
  if (coffer_office365backup_get_filter(backup, &text) == 0) coffer_free(text);
}

static void set_text(void) {
  coffer_office365backup_set_filter(backup, "/home/somebody/mail");
}

static void get_number(void) {
  int32_t number = 0;
  coffer_office365backup_get_max_connections(backup, &number);
}

static void fail(void) {
  coffer_threeds_client_check_auth_response(client, "nonsense");
}

static int32_t on_error(coffer_threeds_client_error* event, void* user_data) {
  (void)user_data;
  heard += coffer_threeds_client_error_get_error_code(event) != 0 &&
           coffer_threeds_client_error_get_description(event)[0] != '\0';
  return 0;
}

/* Time of the processor: what else the machine does is to count as little as it can. */
static double now(void) {
  return (double)clock() * (1e9 / CLOCKS_PER_SEC);
}

static void row(const char* name, int times, void (*call)(void)) {
  double best = 1e18;
  for (int round = 0; round < ROUNDS; ++round) {
    const double start = now();
    for (int number = 0; number < times; ++number)
      call();
    const double cost = (now() - start) / times;
    if (cost < best) best = cost;
  }
  printf("%s %.0f\n", name, best);
}

/* argv[1]: the certificate of a directory server, PEM. */
int main(int argc, char** argv) {
  char* request = NULL;
  if (argc != 2 || coffer_office365backup_new(&backup) != 0 ||
      coffer_threeds_client_new(&client) != 0) {
    return 2;
  }
  char* value = NULL;
  coffer_threeds_client_set_message_version(client, "2.2.0");
  coffer_threeds_client_set_sdk_app_id(client, "b2385523-a66c-4907-ac3c-91848e8c0067");
  coffer_threeds_client_config(client, "SDKReferenceNumber=3DS_LOA_SDK_COFFER_0001", &value);
  coffer_free(value);
  coffer_threeds_client_set_directory_server_id(client, "A000000003");
  coffer_threeds_client_set_directory_server_cert_encoded(client, (const uint8_t*)argv[1],
                                                          strlen(argv[1]));
  if (coffer_threeds_client_get_auth_request(client, &request) != 0) {
    fprintf(stderr, "%s\n", coffer_last_error(client));
    return 1;
  }
  coffer_free(request);
  set_text();
  row("get_text", 500000, get_text);
  row("set_text", 500000, set_text);
  row("get_number", 500000, get_number);
  row("failing_call", 20000, fail);
  coffer_threeds_client_on_error(client, on_error, NULL, NULL);
  row("failing_call_heard", 20000, fail);
  coffer_threeds_client_free(client);
  coffer_office365backup_free(backup);
  return heard == 20000 * ROUNDS ? 0 : 1;
}
