#include <coffer/cloudbackup.hpp>

int count_of(const coffer::cloudbackup::Office365Backup& backup);

int count_of(const coffer::cloudbackup::Office365Backup& backup) {
  return backup.message_count();
}
