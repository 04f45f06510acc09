using System;
using System.Collections.Generic;
using System.Runtime.CompilerServices;
using System.Threading;
using Coffer;
using Coffer.CloudBackup;

namespace CofferTests {

// Garbage collection under load, and disposal where it is least expected.
internal static class Lifetimes {
  // Descriptors of assemblies that the runtime may open meanwhile; far fewer than the rounds.
  private const int Loaded = 20;
  // What 500 components with a run would take at least, in kB.
  private const long HalfOfThem = 16384;

  // Nobody but the component holds the delegates, and every handler collects.
  private static void DelegatesOnly(string[] at) {
    using (Office365Backup backup = Setup.Backup(at, "delegates")) {
      var seen = new int[1];
      Subscribe(backup, seen);
      Check.Collect();
      Check.Equal(20, Setup.Run(backup));
      Check.Equal(20, seen[0]);
    }
  }

  [MethodImpl(MethodImplOptions.NoInlining)]
  private static void Subscribe(Office365Backup backup, int[] seen) {
    backup.OnBeforeMessageBackup += (o, e) => {
      seen[0]++;
      Check.Collect();
    };
    backup.OnLog += (o, e) => GC.Collect();
  }

  // The component is the caller's last reference to itself: `new X().DoEvents()` in effect.
  private static void OnlyTheCallHolds(string[] at) {
    for (int round = 0; round < 10; round++) {
      var seen = new int[1];
      StartAndForget(at, "held" + round, seen)();
      Check.That(seen[0] > 0, "the handlers ran");
      Check.Collect();
    }
  }

  [MethodImpl(MethodImplOptions.NoInlining)]
  private static Action StartAndForget(string[] at, string folder, int[] seen) {
    Office365Backup backup = Setup.Backup(at, folder);
    backup.OnLog += (o, e) => {
      seen[0]++;
      Check.Collect();
    };
    backup.StartBackup();
    Office365Backup[] box = { backup };
    return () => LastCall(box, seen);
  }

  [MethodImpl(MethodImplOptions.NoInlining)]
  private static void LastCall(Office365Backup[] box, int[] seen) {
    while (seen[0] < 2) box[0].DoEvents();
    Take(box).DoEvents();
  }

  [MethodImpl(MethodImplOptions.NoInlining)]
  private static Office365Backup Take(Office365Backup[] box) {
    Office365Backup backup = box[0];
    box[0] = null;
    return backup;
  }

  // Components that nobody disposes of, in the middle of a run: they end, and take all with them.
  private static void Dropped(string[] at) {
    int rounds = int.Parse(at[3]);
    Drop(at, 0);
    Check.Collect();
    int threads = Check.Threads(), descriptors = Check.Descriptors();
    long memory = 0;
    var references = new List<WeakReference>();
    for (int round = 0; round < rounds; round++) {
      references.Add(Drop(at, round));
      if (round % 25 == 24) Check.Collect();
      if (round == rounds / 2) memory = Check.ResidentKilobytes();  // the heaps have their size
    }
    Check.Eventually("the components are collected",
                     () => references.TrueForAll(one => !one.IsAlive));
    Check.Eventually("their threads end", () => Check.Threads() <= threads + 2);
    Check.Eventually("their connections close",
                     () => Check.Descriptors() <= descriptors + Loaded);
    long grown = Check.ResidentKilobytes() - memory;
    Check.That(grown < HalfOfThem, "the later half leaves nothing: " + grown + " kB");
  }

  [MethodImpl(MethodImplOptions.NoInlining)]
  private static WeakReference Drop(string[] at, int round) {
    Office365Backup backup = Setup.Backup(at, "dropped" + round);
    backup.OnLog += (o, e) => backup.Config("LogLevel");  // a cycle through the handler
    backup.OnEndBackup += (o, e) => { throw new Exception("nobody calls DoEvents"); };
    backup.StartBackup();
    backup.DoEvents();
    return new WeakReference(backup);
  }

  private static void DisposeInHandler(string[] at) {
    int rounds = int.Parse(at[3]), descriptors = 0;
    long memory = 0;
    for (int round = 0; round < rounds; round++) {
      Office365Backup backup = Setup.Backup(at, "disposed" + round);
      int after = 0;
      bool disposed = false;
      backup.OnLog += (o, e) => {
        if (disposed) after++;
        disposed = true;
        backup.Dispose();
        backup.Dispose();
      };
      backup.StartBackup();
      while (!disposed) backup.DoEvents();
      Check.Fails(30001, backup.DoEvents);
      Check.Fails(30001, () => backup.DataFolder = "x");
      Check.Fails(30001, () => backup.Config("LogLevel"));
      backup.Dispose();
      Check.Equal(0, after);
      if (round == rounds / 2) {
        Check.Collect();
        memory = Check.ResidentKilobytes();
        descriptors = Check.Descriptors();
      }
    }
    Check.Eventually("descriptors", () => Check.Descriptors() <= descriptors + Loaded);
    long grown = Check.ResidentKilobytes() - memory;
    Check.That(grown < HalfOfThem, "the later half leaves nothing: " + grown + " kB");
  }

  // Each thread has a component at a time, whose run ends by itself: nothing answers.
  private static void TwoComponents(string[] at) {
    int rounds = int.Parse(at[3]);
    var failures = new Exception[2];
    var ended = new int[2];
    var threads = new Thread[2];
    for (int number = 0; number < threads.Length; number++) {
      int mine = number;
      threads[number] = new Thread(() => {
        try {
          for (int round = 0; round < rounds / 2; round++) ended[mine] += AbortedRun(at, mine);
        } catch (Exception failure) {
          failures[mine] = failure;
        }
      });
      threads[number].Start();
    }
    foreach (Thread thread in threads) thread.Join();
    foreach (Exception failure in failures) {
      if (failure != null) throw failure;
    }
    Check.Equal(rounds, ended[0] + ended[1]);
  }

  private static int AbortedRun(string[] at, int thread) {
    int ended = 0;
    Thread caller = Thread.CurrentThread;
    using (Office365Backup backup = Setup.Backup(at, "thread" + thread)) {
      backup.OnEndBackup += (o, e) => {
        Check.That(Thread.CurrentThread == caller, "called in the thread of DoEvents");
        ended++;
      };
      backup.StartBackup();
      backup.AbortBackup();
      while (ended == 0) backup.DoEvents();
    }
    return ended;
  }

  private static void DisposeInHandlerThatFails(string[] at) {
    Office365Backup backup = Setup.Backup(at, "both");
    backup.OnLog += (o, e) => {
      backup.Dispose();
      throw new InvalidOperationException("after Dispose");
    };
    backup.StartBackup();
    InvalidOperationException failure = Check.Throws<InvalidOperationException>(() => {
      while (true) backup.DoEvents();
    });
    Check.Equal("after Dispose", failure.Message);
    Check.Fails(30001, backup.DoEvents);
  }

  // Dispose in one thread while another waits in DoEvents: it returns, and both go on.
  private static void DisposeElsewhere(string[] at) {
    int rounds = int.Parse(at[3]);
    for (int round = 0; round < rounds; round++) {
      Office365Backup backup = Setup.Backup(at, "elsewhere" + round);
      backup.StartBackup();
      var waits = new ManualResetEvent(false);
      Exception failure = null;
      var caller = new Thread(() => {
        try {
          for (;;) {
            waits.Set();
            backup.DoEvents();
          }
        } catch (CofferException closed) {
          failure = closed;
        }
      });
      caller.Start();
      waits.WaitOne();
      backup.Dispose();
      Check.That(caller.Join(120000), "DoEvents returns");
      Check.Equal(30001, ((CofferException)failure).Code);
    }
  }

  private static void MadeAndDisposed(string[] _) {
    for (int round = 0; round < 200; round++) MakeAndDispose();  // the heaps find their size
    Check.Collect();
    long before = Check.ResidentKilobytes();
    int descriptors = Check.Descriptors();
    for (int round = 0; round < 1000; round++) MakeAndDispose();
    Check.Eventually("descriptors", () => Check.Descriptors() <= descriptors + Loaded);
    Check.Collect();
    long grown = Check.ResidentKilobytes() - before;
    Check.That(grown < 49152, "1,000 components leave nothing behind: " + grown + " kB");
  }

  // Each holds 100 kB in the library, so that one in two left behind is seen.
  private static void MakeAndDispose() {
    var backup = new Office365Backup();
    backup.OnLog += (o, e) => { };
    backup.OnEndBackup += (o, e) => { };
    backup.DataFolder = new string('x', 100000);
    backup.Dispose();
    backup.Dispose();
    using (var client = new Coffer.ThreeDS.Client()) {
      client.OnLog += (o, e) => { };
      client.ACSRootCerts.Add(new Coffer.ThreeDS.Certificate { StoreB = new byte[100000] });
    }
  }

  // Properties are read while another thread disposes of the object: an answer or 30001.
  private static void Race(string[] _) {
    for (int round = 0; round < 1000; round++) {
      var backup = new Office365Backup();
      Exception wrong = null;
      var started = new ManualResetEvent(false);
      var reader = new Thread(() => {
        try {
          for (;;) {
            string folder = backup.DataFolder;
            started.Set();
          }
        } catch (CofferException closed) {
          if (closed.Code != 30001) wrong = closed;
        } catch (Exception failure) {
          wrong = failure;
        }
      });
      reader.Start();
      started.WaitOne();
      backup.Dispose();
      reader.Join();
      if (wrong != null) throw wrong;
    }
  }
}

}
