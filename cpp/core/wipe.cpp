#include "core/wipe.h"

#include <cstring>

namespace coffer::core {

void wipe(void* data, std::size_t size) noexcept {
  // explicit_bzero is the one memset that the optimiser must not drop as a dead store (glibc 2.25).
  if (size != 0) explicit_bzero(data, size);
}

}  // namespace coffer::core
