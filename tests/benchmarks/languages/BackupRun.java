import coffer.cloudbackup.DefaultOffice365backupEventListener;
import coffer.cloudbackup.Office365backup;
import coffer.cloudbackup.Office365backupAfterMessageBackupEvent;
import coffer.cloudbackup.Office365backupBeforeMessageBackupEvent;
import coffer.cloudbackup.Office365backupEndBackupEvent;
import coffer.cloudbackup.Office365backupErrorEvent;
import coffer.cloudbackup.Office365backupMessageBackupEvent;
import coffer.cloudbackup.Office365backupMessageErrorEvent;
import java.nio.file.Files;
import java.nio.file.Path;

/** The backup of languages.py in Java: {@code URL CERTIFICATE FOLDER CONNECTIONS run|empty}. */
public final class BackupRun extends DefaultOffice365backupEventListener {
  private int before;
  private int fetched;
  private int saved;
  private int failed;
  private long characters;
  private boolean ended;

  private BackupRun() {}

  @Override
  public void beforeMessageBackup(Office365backupBeforeMessageBackupEvent e) {
    ++before;
    characters += e.id.length() + e.subject.length();
  }

  @Override
  public void messageBackup(Office365backupMessageBackupEvent e) {
    ++fetched;
    characters += e.id.length();
  }

  @Override
  public void afterMessageBackup(Office365backupAfterMessageBackupEvent e) {
    ++saved;
    characters += e.id.length();
  }

  @Override
  public void messageError(Office365backupMessageErrorEvent e) {
    failed += e.errorCode != 0 ? 1 : 0;
  }

  @Override
  public void error(Office365backupErrorEvent e) {
    failed += e.errorCode != 0 ? 1 : 0;
  }

  @Override
  public void endBackup(Office365backupEndBackupEvent e) {
    ended = true;
  }

  public static void main(String[] arguments) throws Exception {
    BackupRun counts = new BackupRun();
    try (Office365backup backup = new Office365backup()) {
      backup.setAuthorization("Bearer bench");
      backup.setDataFolder(arguments[2]);
      backup.setMaxConnections(Integer.parseInt(arguments[3]));
      for (String setting : new String[] {"GraphURL=" + arguments[0], "UserId=bench@example.com",
          "MessagePageSize=500", "MailboxConcurrency=0", "LogLevel=0",
          "SSLServerCACerts=" + Files.readString(Path.of(arguments[1]))}) {
        backup.config(setting);
      }
      backup.addOffice365backupEventListener(counts);
      if (arguments[4].equals("run")) {
        backup.startBackup();
        while (!counts.ended) {
          backup.doEvents();
        }
      }
    }
    System.out.println(counts.before + " " + counts.fetched + " " + counts.saved + " "
        + counts.failed + " " + counts.characters);
  }
}
