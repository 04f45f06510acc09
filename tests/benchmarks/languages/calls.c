/* The rows of calls.py in C:  calls_c URL CERTIFICATE FOLDER MESSAGES */
#include "calls.h"

#include <coffer/coffer.h>
#include <stdlib.h>
#include <string.h>

static coffer_office365backup* backup;
static int ended;
static int skipped;

static void get_text(void) {
  char* text = NULL;
  if (coffer_office365backup_get_data_folder(backup, &text) == 0) coffer_free(text);
}

static void set_text(void) {
  coffer_office365backup_set_data_folder(backup, "/home/somebody/mail");
}

static void get_number(void) {
  int32_t number = 0;
  coffer_office365backup_get_max_connections(backup, &number);
}

static void row(const char* name, void (*call)(void)) {
  double costs[CALLS_ROUNDS];
  for (int round = 0; round < CALLS_ROUNDS; ++round) {
    const long long start = calls_now();
    for (int number = 0; number < CALLS_TIMES; ++number)
      call();
    costs[round] = (double)(calls_now() - start) / CALLS_TIMES;
  }
  calls_tell(name, costs);
}

static int32_t on_before(coffer_office365backup_before_message_backup* event, void* user_data) {
  (void)user_data;
  skipped += coffer_office365backup_before_message_backup_get_id(event)[0] != '\0';
  return coffer_office365backup_before_message_backup_set_skip(
      event, !coffer_office365backup_before_message_backup_get_skip(event));
}

static int32_t on_end(coffer_office365backup_end_backup* event, void* user_data) {
  (void)event, (void)user_data;
  ended = 1;
  return 0;
}

static void config(const char* name, const char* value) {
  char setting[8192];
  char* now = NULL;
  snprintf(setting, sizeof setting, "%s=%s", name, value);
  if (coffer_office365backup_config(backup, setting, &now) == 0) coffer_free(now);
}

static void trust(const char* certificate) {
  char text[8000];
  FILE* file = fopen(certificate, "rb");
  if (file == NULL) return;
  text[fread(text, 1, sizeof text - 1, file)] = '\0';
  fclose(file);
  config("SSLServerCACerts", text);
}

/* The processor's time of one run in the thread that its handlers have. */
static double run(char** arguments, int round) {
  char folder[4096];
  snprintf(folder, sizeof folder, "%s/c%d", arguments[2], round);
  coffer_office365backup_new(&backup);
  coffer_office365backup_set_authorization(backup, "Bearer bench");
  coffer_office365backup_set_data_folder(backup, folder);
  config("GraphURL", arguments[0]);
  config("UserId", "bench@example.com");
  config("MessagePageSize", "500");
  config("LogLevel", "0");
  trust(arguments[1]);
  coffer_office365backup_on_before_message_backup(backup, on_before, NULL, NULL);
  coffer_office365backup_on_end_backup(backup, on_end, NULL, NULL);
  ended = 0;
  const long long start = calls_now();
  int32_t status = coffer_office365backup_start_backup(backup);
  while (status == 0 && !ended)
    status = coffer_office365backup_do_events(backup);
  const double used = (double)(calls_now() - start);
  if (status != 0) fprintf(stderr, "%s\n", coffer_last_error(backup));
  coffer_office365backup_free(backup);
  return used;
}

int main(int argc, char** argv) {
  if (argc != 5 || coffer_office365backup_new(&backup) != 0) return 2;
  set_text();
  row("get_text", get_text);
  row("set_text", set_text);
  row("get_number", get_number);
  coffer_office365backup_free(backup);
  const int messages = atoi(argv[4]);
  double costs[CALLS_ROUNDS];
  for (int round = 0; round < CALLS_ROUNDS; ++round)
    costs[round] = run(argv + 1, round) / messages;
  calls_tell("event", costs);
  return skipped == messages * CALLS_ROUNDS ? 0 : 1;
}
