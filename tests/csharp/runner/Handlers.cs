using System;
using System.Collections.Generic;
using System.Threading;
using Coffer;
using Coffer.CloudBackup;

namespace CofferTests {

// What handlers may do, and what becomes of what they throw.
internal static class Handlers {
  private sealed class Mine : Exception {
    internal Mine(string text) : base(text) { }
  }

  // Each exception comes out of DoEvents as the very object, and no event is lost.
  private static void Exceptions(string[] at) {
    using (Office365Backup backup = Setup.Backup(at, "exceptions")) {
      var thrown = new List<Exception>();
      var caught = new List<Exception>();
      int ended = 0;
      int before = 0;
      backup.OnBeforeMessageBackup += (o, e) => {
        before++;
        e.Skip = true;  // not taken: the handler fails
        var failure = new Mine("for " + e.Id);
        thrown.Add(failure);
        throw failure;
      };
      int saved = 0;
      backup.OnAfterMessageBackup += (o, e) => saved++;
      backup.OnEndBackup += (o, e) => ended++;
      backup.StartBackup();
      while (ended == 0) {
        try {
          backup.DoEvents();
        } catch (Mine failure) {
          Check.That(failure.StackTrace.Contains("Handlers"), "the handler is in the stack trace");
          caught.Add(failure);
        }
      }
      Check.Equal(20, before);
      Check.Equal(20, saved);
      Check.Equal(thrown.Count, caught.Count);
      for (int at2 = 0; at2 < thrown.Count; at2++) {
        Check.That(ReferenceEquals(thrown[at2], caught[at2]), "the same object, in order");
      }
    }
  }

  // A failure of the library that a handler lets pass is an exception like any other.
  private static void NestedFailure(string[] at) {
    using (Office365Backup backup = Setup.Backup(at, "nested"))
    using (Office365Backup other = Setup.Backup(at, "other")) {
      bool first = true;
      int ended = 0;
      backup.OnEndBackup += (o, e) => ended++;
      backup.OnBeforeMessageBackup += (o, e) => { };  // unanswered, it keeps the run under way
      other.OnLog += (o, e) => { throw new Mine("of the other"); };
      backup.OnLog += (o, e) => {
        if (!first) return;
        first = false;
        Check.Fails(30004, backup.DoEvents);
        Check.Fails(30004, backup.StartBackup);
        Check.Fails(143, () => backup.DataFolder = "elsewhere");
        other.StartBackup();
        Check.Throws<Mine>(() => { while (true) other.DoEvents(); });
        other.Config("NoSuchSetting");
      };
      backup.StartBackup();
      CofferException failure = Check.Throws<CofferException>(() => {
        while (ended == 0) backup.DoEvents();
      });
      Check.Equal(714, failure.Code);
      while (ended == 0) backup.DoEvents();
    }
  }

  private static void AddAndRemove(string[] at) {
    using (Office365Backup backup = Setup.Backup(at, "exchange")) {
      int one = 0, two = 0;
      EventHandler<Office365BackupAfterMessageBackupEventArgs> second = (o, e) => two++;
      EventHandler<Office365BackupAfterMessageBackupEventArgs> first = null;
      first = (o, e) => {
        one++;
        backup.OnAfterMessageBackup -= first;
        backup.OnAfterMessageBackup += second;
      };
      backup.OnAfterMessageBackup += first;
      Check.Equal(20, Setup.Run(backup));
      Check.Equal(1, one);
      Check.Equal(19, two);
      backup.OnAfterMessageBackup += second;
      backup.OnAfterMessageBackup -= second;
      backup.OnAfterMessageBackup -= first;  // is not there: nothing happens
    }
  }

  private static void Eml(string[] at) {
    using (Office365Backup backup = Setup.Backup(at, "eml")) {
      Office365BackupMessageBackupEventArgs read = null, unread = null;
      backup.OnMessageBackup += (o, e) => {
        Check.That(ReferenceEquals(o, backup), "the sender");
        if (read == null) {
          Check.That(e.Eml.Length > 50, "there is a message");
          read = e;
        } else {
          unread = e;
          Exception wrong = new Exception("the thread did not run");
          var thread = new Thread(() => {
            try {
              Check.Fails(30001, () => e.Eml.ToString());
              wrong = null;
            } catch (Exception failure) {
              wrong = failure;
            }
          });
          thread.Start();
          thread.Join();
          if (wrong != null) throw wrong;
        }
      };
      Check.Equal(20, Setup.Run(backup));
      Check.That(read.Eml.Length > 50, "what was read stays");
      Check.Fails(30001, () => unread.Eml.ToString());
      Check.That(unread.Id.Length > 0, "the other fields stay");
    }
  }

  // A handler answers with a text that the library refuses: the failure is the handler's.
  private static void BadAnswer(string[] at) {
    using (Office365Backup backup = Setup.Backup(at, "bad")) {
      int ended = 0;
      int failed = 0;
      backup.OnBeforeMessageBackup += (o, e) => e.BackupFile = "a\0b";
      backup.OnEndBackup += (o, e) => ended++;
      backup.StartBackup();
      while (ended == 0) {
        try {
          backup.DoEvents();
        } catch (CofferException failure) {
          Check.Equal(713, failure.Code);
          failed++;
        }
      }
      Check.Equal(20, failed);
      Check.Equal("20", backup.Config("MessagesSaved"));
    }
  }

  // Two objects in two threads, each with failing handlers: no exception meets the other's caller.
  private static void TwoThreads(string[] at) {
    Exception wrong = null;
    var threads = new List<Thread>();
    for (int number = 0; number < 2; number++) {
      string name = "thread" + number;
      var thread = new Thread(() => {
        try {
          OneOfTwo(at, name);
        } catch (Exception failure) {
          wrong = failure;
        }
      });
      threads.Add(thread);
      thread.Start();
    }
    foreach (Thread thread in threads) thread.Join();
    if (wrong != null) throw wrong;
  }

  private static void OneOfTwo(string[] at, string name) {
    for (int round = 0; round < 5; round++) {
      using (Office365Backup backup = Setup.Backup(at, name + "-" + round)) {
        int ended = 0;
        int caught = 0;
        Thread caller = Thread.CurrentThread;
        backup.OnAfterMessageBackup += (o, e) => {
          Check.That(Thread.CurrentThread == caller, "the caller's thread");
          throw new Mine(name);
        };
        backup.OnEndBackup += (o, e) => ended++;
        backup.StartBackup();
        while (ended == 0) {
          try {
            backup.DoEvents();
          } catch (Mine failure) {
            Check.Equal(name, failure.Message);
            caught++;
          }
        }
        Check.Equal(20, caught);
      }
    }
  }
}

}
