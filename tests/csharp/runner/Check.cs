using System;
using System.Diagnostics;
using System.IO;
using Coffer;

namespace CofferTests {

// What a test states; the first thing that is not so ends it.
internal static class Check {
  internal static void That(bool so, string what) {
    if (!so) throw new Exception("not so: " + what);
  }

  internal static void Equal(object expected, object found) {
    if (!Equals(expected, found)) {
      throw new Exception("expected " + Json.Of(expected) + ", found " + Json.Of(found));
    }
  }

  internal static CofferException Fails(int code, Action call) {
    try {
      call();
    } catch (CofferException failure) {
      Equal(code, failure.Code);
      That(failure.Message.Length > 0, "the exception has a text");
      return failure;
    }
    throw new Exception("no exception with " + code);
  }

  internal static T Throws<T>(Action call) where T : Exception {
    try {
      call();
    } catch (T failure) {
      return failure;
    }
    throw new Exception("no " + typeof(T).Name);
  }

  internal static void Collect() {
    for (int round = 0; round < 2; round++) {
      GC.Collect();
      GC.WaitForPendingFinalizers();
    }
  }

  // Polled: threads and descriptors go when the system has noticed, not when a call returns.
  internal static void Eventually(string what, Func<bool> so) {
    Stopwatch watch = Stopwatch.StartNew();
    while (!so()) {
      That(watch.ElapsedMilliseconds < 120000, what);
      Collect();
      System.Threading.Thread.Yield();
    }
  }

  internal static int Descriptors() {
    return Directory.GetFiles("/proc/self/fd").Length;
  }

  internal static int Threads() {
    return Directory.GetDirectories("/proc/self/task").Length;
  }

  internal static long ResidentKilobytes() {
    foreach (string line in File.ReadAllLines("/proc/self/status")) {
      if (line.StartsWith("VmRSS:")) return long.Parse(line.Substring(6, line.Length - 8).Trim());
    }
    return 0;
  }
}

}
