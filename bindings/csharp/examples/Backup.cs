// Backs up a mailbox with a token that was obtained elsewhere.
//
//     GRAPH_TOKEN=... Backup FOLDER [FIRST_DAY LAST_DAY]
//
// Days are written yyyy/MM/dd. Ctrl-C ends the run; the next one continues where it stood.
using System;
using Coffer;
using Coffer.CloudBackup;

internal static class Backup {
  private static int Main(string[] arguments) {
    string token = Environment.GetEnvironmentVariable("GRAPH_TOKEN") ?? "";
    if ((arguments.Length != 1 && arguments.Length != 3) || token == "") {
      Console.WriteLine("GRAPH_TOKEN=... Backup FOLDER [FIRST_DAY LAST_DAY]");
      return 2;
    }
    using (var backup = new Office365Backup()) {
      try {
        return Run(backup, token, arguments);
      } catch (CofferException error) {
        Console.WriteLine("Cannot back up: " + error.Message + " (" + error.Code + ")");
        return 1;
      }
    }
  }

  private static int Run(Office365Backup backup, string token, string[] arguments) {
    backup.Authorization = "Bearer " + token;
    backup.DataFolder = arguments[0];
    if (arguments.Length == 3) {
      backup.StartDate = arguments[1];
      backup.EndDate = arguments[2];
    }
    string service = Environment.GetEnvironmentVariable("GRAPH_URL") ?? "";
    if (service != "") backup.Config("GraphURL=" + service);

    bool done = false;
    string ended = "";
    int saved = 0;
    backup.OnAfterMessageBackup += (o, e) => saved++;
    backup.OnMessageError += (o, e) => {
      string what = e.Retry ? "trying again" : "giving it up";
      Console.WriteLine(e.Id + ": " + e.ErrorMessage + " (" + e.ErrorCode + "), " + what);
    };
    backup.OnError += (o, e) => ended = e.Description + " (" + e.ErrorCode + ")";
    backup.OnEndBackup += (o, e) => done = true;
    Console.CancelKeyPress += (o, e) => {
      e.Cancel = true;
      backup.AbortBackup();
    };

    backup.StartBackup();
    while (!done) backup.DoEvents();  // the handlers above run here, in this thread
    Console.WriteLine(saved + " of " + backup.MessageCount + " messages saved");
    int failed = int.Parse(backup.Config("MessagesFailed"));
    for (int index = 0; index < failed; index++) {
      Console.WriteLine("failed: " + backup.Config("FailedMessage[" + index + "]"));
    }
    if (ended != "") Console.WriteLine("The run ended early: " + ended);
    return failed > 0 || ended != "" ? 1 : 0;
  }
}
