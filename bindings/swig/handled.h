// How a listener of another language says that its handler failed.
#pragma once

#include <coffer/support.hpp>

namespace coffer::swig {

// The exception itself stays in its own language, which keeps it by thread and throws it again when
// the action fails with this code: nothing of another runtime unwinds C++ frames.
inline void handled(bool well) {
  if (!well) {
    throw CofferError(detail::kHandlerFailed, "A listener of the event failed; see its exception.");
  }
}

}  // namespace coffer::swig
