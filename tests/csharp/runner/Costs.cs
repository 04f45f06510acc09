using System;
using System.Collections.Generic;
using System.Diagnostics;
using Coffer.CloudBackup;

namespace CofferTests {

// What a call costs: one line of JSON, nanoseconds each.
internal static class Costs {
  private const int Rounds = 200000;

  private static void Measure(string[] at) {
    var costs = new Members();
    using (var backup = new Office365Backup()) {
      backup.DataFolder = "/home/somebody/backup";
      costs["get a text"] = Each(Rounds, () => backup.DataFolder.ToString());
      costs["set a text"] = Each(Rounds, () => backup.DataFolder = "/home/somebody/backup");
      costs["get a number"] = Each(Rounds, () => backup.MaxConnections.ToString());
    }
    Console.WriteLine(Json.Of(costs));
  }

  private static double Each(int rounds, Action call) {
    for (int round = 0; round < rounds / 10; round++) call();
    Stopwatch watch = Stopwatch.StartNew();
    for (int round = 0; round < rounds; round++) call();
    return Math.Round(watch.Elapsed.TotalMilliseconds * 1e6 / rounds, 1);
  }
}

}
