#include <coffer/coffer.hpp>

int count_of(const coffer::cloudbackup::Office365Backup& backup);

// NOLINTNEXTLINE(bugprone-exception-escape): a test may end so
int main() {
  const coffer::cloudbackup::Office365Backup backup;
  return count_of(backup);
}
