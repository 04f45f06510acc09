/* Compiled alone as C99, C11 and C++17, each public header first in turn: what they need they bring
 * themselves. */
/* NOLINTBEGIN(readability-duplicate-include,modernize-*): on purpose, and C as well. */
#if defined(FIRST_CERTS)
#  include <coffer/certs.h>
#elif defined(FIRST_CLOUDBACKUP)
#  include <coffer/cloudbackup.h>
#elif defined(FIRST_ENUMS)
#  include <coffer/enums.h>
#elif defined(FIRST_ERRORS)
#  include <coffer/errors.h>
#elif defined(FIRST_THREEDS)
#  include <coffer/threeds.h>
#elif defined(FIRST_VERSION)
#  include <coffer/version.h>
#endif
#include <coffer/certs.h>
#include <coffer/cloudbackup.h>
#include <coffer/coffer.h>
#include <coffer/enums.h>
#include <coffer/errors.h>
#include <coffer/threeds.h>
#include <coffer/version.h>

#include <string.h>

int main(void) {
  coffer_office365backup* backup = NULL;
  coffer_threeds_client* client = NULL;
  if (COFFER_CST_PFX_FILE != 2 || COFFER_ERROR_INVALID_VALUE != 713 || COFFER_OK != 0) return 1;
  if (strcmp(coffer_version(), COFFER_VERSION) != 0) return 2;
  if (coffer_office365backup_new(&backup) != COFFER_OK) return 3;
  coffer_office365backup_free(backup);
  if (coffer_threeds_client_new(&client) != COFFER_OK) return 4;
  coffer_threeds_client_free(client);
  return 0;
}
/* NOLINTEND(readability-duplicate-include,modernize-*) */
