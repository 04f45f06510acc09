/* What both flows do with what the library answers. */
#ifndef COFFER_TESTS_FLOW_COMMON_H
#define COFFER_TESTS_FLOW_COMMON_H

#include <coffer/coffer.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Prints why a call failed. */
static int failed(const void* component, const char* what, int32_t status) {
  if (status == COFFER_OK) return 0;
  fprintf(stderr, "%s: error %ld: %s\n", what, (long)status, coffer_last_error(component));
  return 1;
}

/* "Name=" and its value, to be freed; NULL without memory. */
static char* joined(const char* name, const char* value) {
  const size_t size = strlen(name) + strlen(value) + 1;
  char* text = malloc(size);
  if (text != NULL) snprintf(text, size, "%s%s", name, value);
  return text;
}

#endif
