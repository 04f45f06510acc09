/*
 * A payment in C:  threeds_flow VERSION DS_CERT DS_ID DS_KEY_ID ACS_ROOT CA_FILE CODE
 *
 * Prints the text for the 3DS Server on one line, reads its answer from the next line of standard
 * input (how the two travel is the program's own affair), and answers each screen with CODE.
 * Returns 0 only when the cardholder was authenticated.
 */
#include "flow_common.h"

/* Sets a setting given as "Name=" and its value; the value that comes back is not needed. */
static int set(coffer_threeds_client* client, const char* name, const char* value) {
  char* text = joined(name, value);
  char* result = NULL;
  const int bad =
      text == NULL || failed(client, name, coffer_threeds_client_config(client, text, &result));
  free(text);
  coffer_free(result);
  return bad;
}

/* A file, or (NULL) the next line of standard input, as a text of its own. */
static char* contents(const char* file) {
  FILE* input = file == NULL ? stdin : fopen(file, "rb");
  size_t size = 0;
  size_t room = 4096;
  char* text = input == NULL ? NULL : malloc(room);
  int c = EOF;
  while (text != NULL && (c = fgetc(input)) != EOF && (file != NULL || c != '\n')) {
    if (size + 2 > room) {
      char* more = realloc(text, room *= 2);
      if (more == NULL) {
        free(text);
        text = NULL;
        break;
      }
      text = more;
    }
    text[size++] = (char)c;
  }
  if (text != NULL) text[size] = '\0';
  if (input != NULL && file != NULL) fclose(input);
  if (text == NULL) fprintf(stderr, "%s cannot be read\n", file == NULL ? "the answer" : file);
  return text;
}

static int32_t on_log(coffer_threeds_client_log* event, void* data) {
  (void)data;
  fprintf(stderr, "log %s: %s\n", coffer_threeds_client_log_get_log_type(event),
          coffer_threeds_client_log_get_message(event));
  return 0;
}

static int32_t on_error(coffer_threeds_client_error* event, void* data) {
  *(int32_t*)data = coffer_threeds_client_error_get_error_code(event);
  return 0;
}

static int configure(coffer_threeds_client* client, char** arguments, int32_t* error) {
  const char* app_id = "b2385523-a66c-4907-ac3c-91848e8c0067";
  char* ca = contents(arguments[5]);
  const int bad =
      ca == NULL || set(client, "SSLServerCACerts=", ca) ||
      set(client, "SDKReferenceNumber=", "3DS_LOA_SDK_COFFER_0001") ||
      set(client, "LogLevel=", "2") ||
      failed(client, "MessageVersion",
             coffer_threeds_client_set_message_version(client, arguments[0])) ||
      failed(client, "SDKAppId", coffer_threeds_client_set_sdk_app_id(client, app_id)) ||
      /* A store is the file itself or, with another type, its contents. */
      failed(client, "StoreType",
             coffer_threeds_client_set_directory_server_cert_store_type(
                 client, COFFER_CST_PUBLIC_KEY_FILE)) ||
      failed(client, "Store",
             coffer_threeds_client_set_directory_server_cert_store(
                 client, (const uint8_t*)arguments[1], strlen(arguments[1]))) ||
      failed(client, "Subject",
             coffer_threeds_client_set_directory_server_cert_subject(client, "*")) ||
      failed(client, "DirectoryServerId",
             coffer_threeds_client_set_directory_server_id(client, arguments[2])) ||
      failed(client, "DirectoryServerKeyId",
             coffer_threeds_client_set_directory_server_key_id(client, arguments[3])) ||
      failed(client, "ACSRootCertCount",
             coffer_threeds_client_set_acs_root_cert_count(client, 1)) ||
      failed(client, "ACSRootCerts.StoreType",
             coffer_threeds_client_set_acs_root_cert_store_type(client, 0,
                                                                COFFER_CST_PUBLIC_KEY_FILE)) ||
      failed(client, "ACSRootCerts.Store",
             coffer_threeds_client_set_acs_root_cert_store(client, 0, (const uint8_t*)arguments[4],
                                                           strlen(arguments[4]))) ||
      failed(client, "ACSRootCerts.Subject",
             coffer_threeds_client_set_acs_root_cert_subject(client, 0, "*")) ||
      failed(client, "AddDeviceParam",
             coffer_threeds_client_add_device_param(client, "C001", "Android", 2, 1)) ||
      failed(client, "AddDeviceParam",
             coffer_threeds_client_add_device_param(client, "SW01", "", 2, 3)) ||
      failed(client, "on_log", coffer_threeds_client_on_log(client, on_log, NULL, NULL)) ||
      failed(client, "on_error", coffer_threeds_client_on_error(client, on_error, error, NULL));
  free(ca);
  return bad;
}

/* Sends what the 3DS Server needs, takes what it answers. */
static int authenticate(coffer_threeds_client* client) {
  char* request = NULL;
  char* answer = NULL;
  int bad =
      failed(client, "GetAuthRequest", coffer_threeds_client_get_auth_request(client, &request));
  if (!bad) {
    puts(request);
    fflush(stdout);
    answer = contents(NULL);
    bad = answer == NULL || failed(client, "CheckAuthResponse",
                                   coffer_threeds_client_check_auth_response(client, answer));
  }
  coffer_free(request);
  free(answer);
  return bad;
}

/* Prints the choices of a screen and leaves the name of the first in `entry`. */
static int choices(coffer_threeds_client* client, char** entry) {
  int32_t count = 0;
  int32_t i;
  int bad = failed(client, "ChallengeSelectInfoCount",
                   coffer_threeds_client_get_challenge_select_info_count(client, &count));
  for (i = 0; !bad && i < count; ++i) {
    char* name = NULL;
    bad = failed(client, "ChallengeSelectInfo.Name",
                 coffer_threeds_client_get_challenge_select_info_name(client, i, &name));
    if (!bad) printf("choice: %s\n", name);
    if (*entry == NULL) {
      *entry = name;
    } else {
      coffer_free(name);
    }
  }
  return bad;
}

/* Answers the screen that is shown. */
static int answer_screen(coffer_threeds_client* client, const char* code) {
  int32_t screen = 0;
  char* text = NULL;
  char* entry = NULL;
  int bad = failed(client, "ACSUIType", coffer_threeds_client_get_acsui_type(client, &screen)) ||
            failed(client, "ChallengeInfoText",
                   coffer_threeds_client_get_challenge_info_text(client, &text)) ||
            choices(client, &entry);
  if (!bad) printf("screen %ld: %s\n", (long)screen, text);
  if (!bad && (screen == 4 || screen == 6)) {
    bad = failed(client, "OOBContinuationIndicator",
                 coffer_threeds_client_set_oob_continuation_indicator(client, 1));
  } else if (!bad && screen == 7) {
    bad = failed(client, "UseInformationContinuation",
                 coffer_threeds_client_set_use_information_continuation(client, 1));
  } else if (!bad) {
    bad = failed(
        client, "ChallengeDataEntry",
        coffer_threeds_client_set_challenge_data_entry(client, entry != NULL ? entry : code));
  }
  coffer_free(text);
  coffer_free(entry);
  return bad;
}

/* Until the final response. */
static int challenge(coffer_threeds_client* client, const char* code) {
  int32_t complete = 0;
  int bad = 0;
  while (!bad && !complete) {
    bad = failed(client, "SendChallengeRequest",
                 coffer_threeds_client_send_challenge_request(client)) ||
          failed(client, "ChallengeComplete",
                 coffer_threeds_client_get_challenge_complete(client, &complete)) ||
          (!complete && answer_screen(client, code));
  }
  return bad;
}

int main(int argc, char** argv) {
  coffer_threeds_client* client = NULL;
  char* status = NULL;
  int32_t error = COFFER_OK;
  int bad;
  if (argc != 8) {
    fprintf(stderr, "usage: %s VERSION DS_CERT DS_ID DS_KEY_ID ACS_ROOT CA_FILE CODE\n", argv[0]);
    return 2;
  }
  if (failed(NULL, "new", coffer_threeds_client_new(&client))) return 1;
  bad = configure(client, argv + 1, &error) || authenticate(client) ||
        failed(client, "TransactionStatus",
               coffer_threeds_client_get_transaction_status(client, &status));
  if (!bad && strcmp(status, "C") == 0) {
    coffer_free(status);
    status = NULL;
    bad = challenge(client, argv[7]) ||
          failed(client, "TransactionStatus",
                 coffer_threeds_client_get_transaction_status(client, &status));
  }
  if (!bad) printf("transStatus %s\n", status);
  if (error != COFFER_OK) fprintf(stderr, "event: error %ld\n", (long)error);
  bad = bad || (strcmp(status, "Y") != 0 && strcmp(status, "A") != 0);
  coffer_free(status);
  coffer_threeds_client_free(client);
  return bad;
}
