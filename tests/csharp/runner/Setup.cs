using System;
using System.IO;
using Coffer.CloudBackup;

namespace CofferTests {

// Components ready to run against the sandbox whose address and token are the arguments.
internal static class Setup {
  internal static Office365Backup Backup(string[] at, string folder) {
    var backup = new Office365Backup();
    backup.Config("GraphURL=" + at[0]);
    backup.Authorization = at[1];
    backup.DataFolder = Path.Combine(at[2], folder);
    return backup;
  }

  // Starts a run and calls DoEvents until it has ended; the journal has all of it.
  internal static int Run(Office365Backup backup) {
    int ended = 0;
    int saved = 0;
    backup.OnAfterMessageBackup += (o, e) => saved++;
    backup.OnEndBackup += (o, e) => ended++;
    backup.StartBackup();
    while (ended == 0) backup.DoEvents();
    Check.Equal(1, ended);
    return saved;
  }
}

}
