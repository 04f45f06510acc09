using System;
using System.Threading;
using Coffer.CloudBackup;

namespace CofferTests {

// The process ends while something is under way. What a test asks is that it ends, with its code.
internal static class Exits {
  private static Office365Backup kept;

  private static void LeaveRunning(string[] at) {
    kept = Setup.Backup(at, "leave");
    kept.OnLog += (o, e) => { };
    kept.StartBackup();
    kept.DoEvents();
  }

  private static void ExitInHandler(string[] at) {
    kept = Setup.Backup(at, "handler");
    kept.OnLog += (o, e) => Environment.Exit(7);
    kept.StartBackup();
    for (;;) kept.DoEvents();
  }

  private static void ExitWhileAnotherWaits(string[] at) {
    kept = Setup.Backup(at, "waits");
    var waits = new ManualResetEvent(false);
    kept.OnLog += (o, e) => waits.Set();
    kept.StartBackup();
    var caller = new Thread(() => {
      try {
        for (;;) kept.DoEvents();
      } catch (Coffer.CofferException) {
        // closed by the end of the process
      }
    });
    caller.IsBackground = true;
    caller.Start();
    waits.WaitOne();
    Environment.Exit(7);
  }

  private static void UnhandledInHandler(string[] at) {
    kept = Setup.Backup(at, "unhandled");
    kept.OnLog += (o, e) => { throw new InvalidOperationException("unhandled"); };
    kept.StartBackup();
    for (;;) kept.DoEvents();
  }

  private static void DroppedAndLeft(string[] at) {
    for (int round = 0; round < 20; round++) Start(at, round);
    GC.Collect();
  }

  private static void Start(string[] at, int round) {
    Office365Backup backup = Setup.Backup(at, "left" + round);
    backup.OnLog += (o, e) => backup.Config("LogLevel");
    backup.StartBackup();
    backup.DoEvents();
  }
}

}
