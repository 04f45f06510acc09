// The rows of calls.py in C#:  CallsRun URL CERTIFICATE FOLDER MESSAGES
using System;
using System.Globalization;
using System.IO;
using System.Runtime.InteropServices;
using Coffer.CloudBackup;

internal static class CallsRun {
  private const int Rounds = 5;
  private const int Times = 300000;
  private const int ThreadTime = 3;  // CLOCK_THREAD_CPUTIME_ID

  [StructLayout(LayoutKind.Sequential)]
  private struct TimeSpec {
    internal long Seconds;
    internal long Nanoseconds;
  }

  [DllImport("libc", EntryPoint = "clock_gettime")]
  private static extern int GetTime(int clock, out TimeSpec time);

  private static double Now() {
    TimeSpec time;
    GetTime(ThreadTime, out time);
    return time.Seconds * 1e9 + time.Nanoseconds;
  }

  private static void Tell(string name, double cost) {
    Console.WriteLine(name + " " + cost.ToString("F1", CultureInfo.InvariantCulture));
  }

  private static void Row(string name, Action call) {
    double best = double.MaxValue;
    for (int round = 0; round < Rounds; round++) {
      double start = Now();
      for (int number = 0; number < Times; number++) call();
      best = Math.Min(best, (Now() - start) / Times);
    }
    Tell(name, best);
  }

  // Nanoseconds of the processor in the thread that the handlers have.
  private static double Run(string[] at, string folder, ref int skipped) {
    int seen = 0;
    bool ended = false;
    using (var backup = new Office365Backup()) {
      backup.Authorization = "Bearer bench";
      backup.DataFolder = folder;
      foreach (string setting in new[] {
          "GraphURL=" + at[0], "UserId=bench@example.com", "MessagePageSize=500", "LogLevel=0",
          "SSLServerCACerts=" + File.ReadAllText(at[1]) }) {
        backup.Config(setting);
      }
      backup.OnBeforeMessageBackup += (o, e) => {
        seen += e.Id == "" ? 0 : 1;
        e.Skip = !e.Skip;
      };
      backup.OnEndBackup += (o, e) => ended = true;
      double start = Now();
      backup.StartBackup();
      while (!ended) backup.DoEvents();
      skipped += seen;
      return Now() - start;
    }
  }

  private static int Main(string[] at) {
    long length = 0;
    using (var backup = new Office365Backup()) {
      backup.DataFolder = "/home/somebody/mail";
      Row("get_text", () => length += backup.DataFolder.Length);
      Row("set_text", () => backup.DataFolder = "/home/somebody/mail");
      Row("get_number", () => length += backup.MaxConnections);
    }
    int messages = int.Parse(at[3]), skipped = 0;
    double best = double.MaxValue;
    for (int round = 0; round < Rounds; round++) {
      best = Math.Min(best, Run(at, at[2] + "/csharp" + round, ref skipped) / messages);
    }
    Tell("event", best);
    return skipped == messages * Rounds && length > 0 ? 0 : 1;
  }
}
