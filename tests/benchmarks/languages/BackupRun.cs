// The backup of languages.py in C#:  BackupRun URL CERTIFICATE FOLDER CONNECTIONS run|empty
using System;
using System.IO;
using Coffer.CloudBackup;

internal static class BackupRun {
  private static int Main(string[] arguments) {
    int before = 0, fetched = 0, saved = 0, failed = 0;
    long characters = 0;
    bool ended = false;
    using (var backup = new Office365Backup()) {
      backup.Authorization = "Bearer bench";
      backup.DataFolder = arguments[2];
      backup.MaxConnections = int.Parse(arguments[3]);
      foreach (string setting in new[] {
          "GraphURL=" + arguments[0], "UserId=bench@example.com", "MessagePageSize=500",
          "MailboxConcurrency=0", "LogLevel=0",
          "SSLServerCACerts=" + File.ReadAllText(arguments[1]) }) {
        backup.Config(setting);
      }
      backup.OnBeforeMessageBackup += (o, e) => {
        before++;
        characters += e.Id.Length + e.Subject.Length;
      };
      backup.OnMessageBackup += (o, e) => {
        fetched++;
        characters += e.Id.Length;
      };
      backup.OnAfterMessageBackup += (o, e) => {
        saved++;
        characters += e.Id.Length;
      };
      backup.OnMessageError += (o, e) => failed += e.ErrorCode != 0 ? 1 : 0;
      backup.OnError += (o, e) => failed += e.ErrorCode != 0 ? 1 : 0;
      backup.OnEndBackup += (o, e) => ended = true;
      if (arguments[4] == "run") {
        backup.StartBackup();
        while (!ended) backup.DoEvents();
      }
    }
    Console.WriteLine(before + " " + fetched + " " + saved + " " + failed + " " + characters);
    return 0;
  }
}
