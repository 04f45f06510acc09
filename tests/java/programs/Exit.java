import coffer.cloudbackup.DefaultOffice365backupEventListener;
import coffer.cloudbackup.Office365backup;
import coffer.cloudbackup.Office365backupEndBackupEvent;
import coffer.cloudbackup.Office365backupLogEvent;
import coffer.threeds.Client;
import java.nio.file.Path;
import java.util.concurrent.CyclicBarrier;

/** Ends while a run is under way: Exit WAY URL FOLDER; FOLDER is the test's and outlives this. */
public final class Exit {
  private Exit() {}

  private static Office365backup busy(String url, String folder) {
    Office365backup backup = new Office365backup();
    backup.setAuthorization("Bearer none");
    backup.setDataFolder(folder);
    backup.config("GraphURL=" + url);
    backup.startBackup();
    return backup;
  }

  public static void main(String[] arguments) throws Exception {
    String url = arguments[1];
    String folder = arguments[2];
    switch (arguments[0]) {
      case "return" -> busy(url, folder).doEvents();
      case "exit" -> {
        busy(url, folder).doEvents();
        System.exit(5);
      }
      case "listener" -> {
        Office365backup backup = busy(url, folder);
        backup.addOffice365backupEventListener(new DefaultOffice365backupEventListener() {
          @Override
          public void endBackup(Office365backupEndBackupEvent e) {
            System.exit(7);
          }
        });
        backup.abortBackup();
        while (true) {
          backup.doEvents();
        }
      }
      case "threads" -> {
        CyclicBarrier inside = new CyclicBarrier(5);
        for (int number = 0; number < 4; ++number) {
          Office365backup backup = busy(url, Path.of(folder, "" + number).toString());
          backup.addOffice365backupEventListener(new DefaultOffice365backupEventListener() {
            @Override
            public void log(Office365backupLogEvent e) {}
          });
          Thread thread = new Thread(() -> {
            try {
              inside.await();
            } catch (Exception never) {
              throw new IllegalStateException(never);
            }
            while (true) {
              backup.doEvents();
            }
          });
          thread.setDaemon(true);
          thread.start();
        }
        inside.await();
      }
      case "making" -> {
        CyclicBarrier begun = new CyclicBarrier(4);
        for (int number = 0; number < 3; ++number) {
          Thread thread = new Thread(() -> {
            for (boolean first = true;; first = false) {
              try (Office365backup backup = new Office365backup(); Client client = new Client()) {
                backup.abortBackup();
                if (first) {
                  begun.await();
                }
              } catch (Exception never) {
                throw new IllegalStateException(never);
              }
            }
          });
          thread.setDaemon(true);
          thread.start();
        }
        begun.await();
      }
      default -> throw new IllegalArgumentException(arguments[0]);
    }
  }
}
