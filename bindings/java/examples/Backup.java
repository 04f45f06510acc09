import coffer.CofferException;
import coffer.cloudbackup.DefaultOffice365backupEventListener;
import coffer.cloudbackup.Office365backup;
import coffer.cloudbackup.Office365backupAfterMessageBackupEvent;
import coffer.cloudbackup.Office365backupEndBackupEvent;
import coffer.cloudbackup.Office365backupErrorEvent;
import coffer.cloudbackup.Office365backupMessageErrorEvent;

/**
 * Backs up a mailbox with a token that was obtained elsewhere: {@code GRAPH_TOKEN=... java -cp
 * coffer.jar Backup.java FOLDER [FIRST_DAY LAST_DAY]}. Days are written yyyy/MM/dd. A run that was
 * stopped goes on where it stood when the program is started again.
 */
public final class Backup extends DefaultOffice365backupEventListener {
  private final Office365backup backup;
  private boolean done;
  private boolean failed;

  private Backup(Office365backup backup) {
    this.backup = backup;
  }

  /** Prints how many messages are saved already. */
  @Override
  public void afterMessageBackup(Office365backupAfterMessageBackupEvent e) {
    System.out.printf("%s of %d saved%n", backup.config("MessagesSaved"),
        backup.getMessageCount());
  }

  /** Prints why a message could not be saved; retry says whether it is tried again. */
  @Override
  public void messageError(Office365backupMessageErrorEvent e) {
    System.out.printf("%s: %s (%d)%n", e.id, e.errorMessage, e.errorCode);
  }

  /** The run ends because of an error. */
  @Override
  public void error(Office365backupErrorEvent e) {
    System.out.printf("The run ended early: %s (%d)%n", e.description, e.errorCode);
    failed = true;
  }

  /** The run has ended. */
  @Override
  public void endBackup(Office365backupEndBackupEvent e) {
    done = true;
  }

  /** Fires the methods above, in this thread, until the run has ended. */
  private boolean run() {
    backup.addOffice365backupEventListener(this);
    backup.startBackup();
    while (!done) {
      backup.doEvents();
    }
    return !failed && backup.config("MessagesFailed").equals("0");
  }

  public static void main(String[] arguments) {
    String token = System.getenv("GRAPH_TOKEN");
    if (token == null || (arguments.length != 1 && arguments.length != 3)) {
      System.out.println("GRAPH_TOKEN=... Backup FOLDER [FIRST_DAY LAST_DAY]");
      System.exit(2);
    }
    try (Office365backup backup = new Office365backup()) {
      backup.setAuthorization("Bearer " + token);
      backup.setDataFolder(arguments[0]);
      if (arguments.length == 3) {
        backup.setStartDate(arguments[1]);
        backup.setEndDate(arguments[2]);
      }
      if (System.getenv("GRAPH_URL") != null) {
        backup.config("GraphURL=" + System.getenv("GRAPH_URL"));
      }
      if (!new Backup(backup).run()) {
        System.exit(1);
      }
    } catch (CofferException failure) {
      System.out.printf("Cannot back up: %s (%d)%n", failure.getMessage(), failure.getCode());
      System.exit(1);
    }
  }
}
