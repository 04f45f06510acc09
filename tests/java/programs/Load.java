import coffer.cloudbackup.DefaultOffice365backupEventListener;
import coffer.cloudbackup.Office365backup;
import coffer.cloudbackup.Office365backupEndBackupEvent;
import coffer.cloudbackup.Office365backupLogEvent;
import coffer.cloudbackup.Office365backupMessageBackupEvent;

/**
 * Runs with many events: {@code Load GRAPH_URL TOKEN FOLDER MESSAGES}. What is printed is for
 * test_java_load.py.
 */
public final class Load {
  private static boolean ended;
  private static int logs;
  private static long octets;

  private Load() {}

  private static Office365backup backup(String[] arguments, String folder) {
    Office365backup backup = new Office365backup();
    backup.setAuthorization("Bearer " + arguments[1]);
    backup.setDataFolder(arguments[2] + "/" + folder);
    backup.config("GraphURL=" + arguments[0]);
    backup.addOffice365backupEventListener(new DefaultOffice365backupEventListener() {
      @Override
      public void endBackup(Office365backupEndBackupEvent e) {
        ended = true;
      }
    });
    return backup;
  }

  private static boolean has(Office365backup backup, String counter, String value) {
    return backup.config(counter).equals(value);
  }

  /** No listener overrides the methods of messages: the run asks nobody and waits for nobody. */
  private static void unheard(String[] arguments) throws Exception {
    try (Office365backup backup = backup(arguments, "unheard")) {
      backup.startBackup();
      Cases.until("all saved without DoEvents", () -> {
        Thread.onSpinWait();
        return has(backup, "MessagesSaved", arguments[3]);
      });
      Cases.until("EndBackup", () -> {
        backup.doEvents();
        return ended;
      });
      System.out.println("unheard saved " + backup.config("MessagesSaved"));
    }
  }

  /** Hundreds of events within one call, while the collector works and nobody else keeps them. */
  private static void many(String[] arguments) throws Exception {
    ended = false;
    Thread collector = new Thread(() -> {
      while (!Thread.interrupted()) {
        System.gc();
      }
    });
    collector.start();
    try (Office365backup backup = backup(arguments, "many")) {
      backup.config("LogLevel=3");
      backup.addOffice365backupEventListener(new DefaultOffice365backupEventListener() {
        @Override
        public void log(Office365backupLogEvent e) {
          logs += e.message.isEmpty() ? 0 : 1;
        }
      });
      backup.startBackup();
      Cases.until("a full queue, or the end", () -> {
        Thread.onSpinWait();
        // In this order: before the listing nothing is pending either.
        return backup.getMessageCount() > 0 && backup.config("MessagesPending").equals("0")
            || Integer.parseInt(backup.config("RequestsSent")) > 200;
      });
      backup.doEvents();
      System.out.println("many in one call " + (logs > 300));
      Cases.until("EndBackup", () -> {
        backup.doEvents();
        return ended;
      });
      System.out.println("many saved " + backup.config("MessagesSaved"));
    } finally {
      collector.interrupt();
      collector.join();
    }
  }

  /** Each message as it is fetched, octet for octet. */
  private static void fetched(String[] arguments) throws Exception {
    ended = false;
    try (Office365backup backup = backup(arguments, "fetched")) {
      backup.addOffice365backupEventListener(new DefaultOffice365backupEventListener() {
        @Override
        public void messageBackup(Office365backupMessageBackupEvent e) {
          octets += e.eml.length;
          e.skip = true;
        }
      });
      backup.startBackup();
      Cases.until("EndBackup", () -> {
        backup.doEvents();
        return ended;
      });
      System.out.println("fetched " + octets + " skipped " + backup.config("MessagesSkipped"));
    }
  }

  public static void main(String[] arguments) throws Exception {
    unheard(arguments);
    many(arguments);
    fetched(arguments);
  }
}
