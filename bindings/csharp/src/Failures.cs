using System;
using System.Collections.Generic;
using System.Runtime.ExceptionServices;

namespace Coffer {

// Exceptions of handlers on their way around the native frames, which none may unwind: kept where
// the handler failed, thrown again where the action returns. By thread, since the caller of one
// action and of the next may be two threads that meet here.
internal sealed class Failures {
  private readonly Dictionary<int, ExceptionDispatchInfo> kept =
      new Dictionary<int, ExceptionDispatchInfo>();

  internal void Keep(Exception failure) {
    lock (kept) kept[Environment.CurrentManagedThreadId] = ExceptionDispatchInfo.Capture(failure);
  }

  // Does not return. `instead` is the library's 30003.
  internal void Rethrow(CofferException instead) {
    ExceptionDispatchInfo failure = ExceptionDispatchInfo.Capture(instead);
    lock (kept) {
      int thread = Environment.CurrentManagedThreadId;
      if (kept.ContainsKey(thread)) failure = kept[thread];
      kept.Remove(thread);
    }
    failure.Throw();
  }
}

}
