using System;
using System.Collections.Generic;
using System.Threading;

namespace Coffer {

// What the end of the process closes: an engine's thread must not run on while the C library's exit
// functions take down what it uses.
internal static class Live {
  // Longer than any call takes to notice that its object was closed. A handler that does not return
  // holds its object: then the process ends all the same.
  private const int LongestWait = 2000;

  private static readonly object gate = new object();
  private static readonly Dictionary<IntPtr, Action<IntPtr>> bridges =
      new Dictionary<IntPtr, Action<IntPtr>>();

  static Live() {
    AppDomain.CurrentDomain.ProcessExit += delegate { CloseAll(); };
  }

  internal static void Add(IntPtr bridge, Action<IntPtr> close) {
    lock (gate) bridges.Add(bridge, close);
  }

  // Waits while CloseAll is at work: nothing is deleted under its hands.
  internal static void Remove(IntPtr bridge) {
    lock (gate) bridges.Remove(bridge);
  }

  private static void CloseAll() {
    var closer = new Thread(() => {
      lock (gate) {
        foreach (KeyValuePair<IntPtr, Action<IntPtr>> entry in bridges) entry.Value(entry.Key);
      }
    });
    closer.IsBackground = true;
    closer.Start();
    closer.Join(LongestWait);
  }
}

}
