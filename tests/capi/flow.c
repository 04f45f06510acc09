/*
 * A whole backup in C:  flow GRAPH_URL TOKEN USER DATA_FOLDER
 *
 * Authenticates with a token that was obtained elsewhere, backs up the mailbox, prints progress and
 * every error, and returns 0 only when every message was saved.
 */
#include "flow_common.h"

/* What the handlers share with main. */
typedef struct progress {
  int saved;
  int failed;
  int32_t error;
  int ended;
} progress;

/* Sets a setting given as "Name=" and its value; the value that comes back is not needed. */
static int set(coffer_office365backup* backup, const char* name, const char* value) {
  char* text = joined(name, value);
  char* result = NULL;
  const int bad =
      text == NULL || failed(backup, name, coffer_office365backup_config(backup, text, &result));
  free(text);
  coffer_free(result);
  return bad;
}

static void print_counter(coffer_office365backup* backup, const char* name) {
  char* value = NULL;
  if (!failed(backup, name, coffer_office365backup_config(backup, name, &value))) {
    printf("%s: %s\n", name, value);
  }
  coffer_free(value);
}

static int32_t on_before(coffer_office365backup_before_message_backup* event, void* data) {
  (void)data;
  if (coffer_office365backup_before_message_backup_get_skip(event)) {
    printf("unchanged: %s\n", coffer_office365backup_before_message_backup_get_subject(event));
  }
  return 0;
}

static int32_t on_message(coffer_office365backup_message_backup* event, void* data) {
  const uint8_t* eml = NULL;
  size_t size = 0;
  const int32_t status = coffer_office365backup_message_backup_get_eml(event, &eml, &size);
  (void)data;
  if (status != COFFER_OK) return status; /* DoEvents returns 30003 */
  printf("fetched: %s (%lu octets)\n", coffer_office365backup_message_backup_get_subject(event),
         (unsigned long)size);
  return 0;
}

static int32_t on_after(coffer_office365backup_after_message_backup* event, void* data) {
  (void)event;
  ((progress*)data)->saved += 1;
  return 0;
}

static int32_t on_message_error(coffer_office365backup_message_error* event, void* data) {
  const int again = coffer_office365backup_message_error_get_retry(event) != 0;
  fprintf(stderr, "message: error %ld: %s%s\n",
          (long)coffer_office365backup_message_error_get_error_code(event),
          coffer_office365backup_message_error_get_error_message(event),
          again ? "; trying again" : "");
  if (!again) ((progress*)data)->failed += 1;
  return 0;
}

static int32_t on_error(coffer_office365backup_error* event, void* data) {
  progress* state = data;
  state->error = coffer_office365backup_error_get_error_code(event);
  fprintf(stderr, "backup: error %ld: %s\n", (long)state->error,
          coffer_office365backup_error_get_description(event));
  return 0;
}

static int32_t on_end(coffer_office365backup_end_backup* event, void* data) {
  (void)event;
  ((progress*)data)->ended = 1;
  return 0;
}

static int configure(coffer_office365backup* backup, char** arguments, progress* state) {
  char* bearer = joined("Bearer ", arguments[1]);
  int bad;
  if (bearer == NULL) return 1;
  bad =
      failed(backup, "Authorization", coffer_office365backup_set_authorization(backup, bearer)) ||
      failed(backup, "DataFolder", coffer_office365backup_set_data_folder(backup, arguments[3])) ||
      failed(backup, "MaxConnections", coffer_office365backup_set_max_connections(backup, 4)) ||
      set(backup, "GraphURL=", arguments[0]) || set(backup, "UserId=", arguments[2]);
  free(bearer);
  return bad ||
         failed(backup, "on_before_message_backup",
                coffer_office365backup_on_before_message_backup(backup, on_before, NULL, NULL)) ||
         failed(backup, "on_message_backup",
                coffer_office365backup_on_message_backup(backup, on_message, NULL, NULL)) ||
         failed(backup, "on_after_message_backup",
                coffer_office365backup_on_after_message_backup(backup, on_after, state, NULL)) ||
         failed(backup, "on_message_error",
                coffer_office365backup_on_message_error(backup, on_message_error, state, NULL)) ||
         failed(backup, "on_error",
                coffer_office365backup_on_error(backup, on_error, state, NULL)) ||
         failed(backup, "on_end_backup",
                coffer_office365backup_on_end_backup(backup, on_end, state, NULL));
}

int main(int argc, char** argv) {
  coffer_office365backup* backup = NULL;
  progress state = {0, 0, COFFER_OK, 0};
  int bad;
  if (argc != 5) {
    fprintf(stderr, "usage: %s GRAPH_URL TOKEN USER DATA_FOLDER\n", argv[0]);
    return 2;
  }
  if (failed(NULL, "new", coffer_office365backup_new(&backup))) return 1;
  bad = configure(backup, argv + 1, &state) ||
        failed(backup, "StartBackup", coffer_office365backup_start_backup(backup));
  while (!bad && !state.ended) {
    bad = failed(backup, "DoEvents", coffer_office365backup_do_events(backup));
  }
  if (!bad) {
    int32_t count = 0;
    bad = failed(backup, "MessageCount", coffer_office365backup_get_message_count(backup, &count));
    printf("%ld messages, %d saved, %d failed\n", (long)count, state.saved, state.failed);
    print_counter(backup, "MessagesUnchanged");
    print_counter(backup, "BytesSaved");
  }
  coffer_office365backup_free(backup);
  return bad || state.failed != 0 || state.error != COFFER_OK ? 1 : 0;
}
