using System;
using System.Collections.Generic;
using System.Threading;

namespace Coffer {

// What the end of the process closes: an engine's thread must not run on while the C library's exit
// functions take down what it uses.
internal static class Live {
  // Longer than any call takes to notice that its object was closed. A handler that does not return
  // holds its object: then the process ends all the same. So it is in .NET when a handler ends the
  // process, since it is another thread there that is told.
  private const int LongestWait = 2000;

  private struct Calls {
    internal List<IntPtr> Bridges;
  }

  // Those under way in this thread, the innermost last.
  [ThreadStatic]
  private static Calls calls;

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

  // Around each call that may run handlers.
  internal static void Enter(BridgeHandle bridge) {
    if (calls.Bridges == null) calls.Bridges = new List<IntPtr>();
    calls.Bridges.Add(bridge.DangerousGetHandle());
  }

  internal static void Leave() {
    calls.Bridges.RemoveAt(calls.Bridges.Count - 1);
  }

  // In the thread that ends the process. An object in one of whose handlers it does so is closed
  // here, which returns at once; in another thread it would wait for that handler, and Mono for
  // that thread. The others are waited for.
  private static void CloseAll() {
    var own = new List<IntPtr>();
    if (calls.Bridges != null) own.AddRange(calls.Bridges);
    var closer = new Thread(() => {
      lock (gate) {
        foreach (KeyValuePair<IntPtr, Action<IntPtr>> entry in bridges) {
          if (!own.Contains(entry.Key)) entry.Value(entry.Key);
        }
      }
    });
    closer.IsBackground = true;
    closer.Start();
    foreach (IntPtr bridge in own) Close(bridge);
    closer.Join(LongestWait);
  }

  private static void Close(IntPtr bridge) {
    Action<IntPtr> close;
    lock (gate) close = bridges[bridge];
    close(bridge);
  }
}

}
