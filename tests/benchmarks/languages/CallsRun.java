import coffer.cloudbackup.DefaultOffice365backupEventListener;
import coffer.cloudbackup.Office365backup;
import coffer.cloudbackup.Office365backupBeforeMessageBackupEvent;
import coffer.cloudbackup.Office365backupEndBackupEvent;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.file.Files;
import java.nio.file.Path;

/** The rows of calls.py in Java: {@code URL CERTIFICATE FOLDER MESSAGES}. */
public final class CallsRun extends DefaultOffice365backupEventListener {
  private static final int ROUNDS = 5;
  private static final int TIMES = 300_000;
  private static final ThreadMXBean TIME = ManagementFactory.getThreadMXBean();

  private int skipped;
  private boolean ended;

  private CallsRun() {}

  private static void row(String name, Runnable call) {
    double best = Double.MAX_VALUE;
    for (int round = 0; round < ROUNDS; ++round) {
      long start = TIME.getCurrentThreadCpuTime();
      for (int number = 0; number < TIMES; ++number) {
        call.run();
      }
      best = Math.min(best, (TIME.getCurrentThreadCpuTime() - start) / (double) TIMES);
    }
    System.out.printf("%s %.1f%n", name, best);
  }

  @Override
  public void beforeMessageBackup(Office365backupBeforeMessageBackupEvent e) {
    skipped += e.id.isEmpty() ? 0 : 1;
    e.skip = !e.skip;
  }

  @Override
  public void endBackup(Office365backupEndBackupEvent e) {
    ended = true;
  }

  /** Nanoseconds of the processor in the thread that the listener has. */
  private long run(String url, String certificate, String folder) throws Exception {
    try (Office365backup backup = new Office365backup()) {
      backup.setAuthorization("Bearer bench");
      backup.setDataFolder(folder);
      for (String setting : new String[] {"GraphURL=" + url, "UserId=bench@example.com",
          "MessagePageSize=500", "LogLevel=0",
          "SSLServerCACerts=" + Files.readString(Path.of(certificate))}) {
        backup.config(setting);
      }
      backup.addOffice365backupEventListener(this);
      long start = TIME.getCurrentThreadCpuTime();
      backup.startBackup();
      while (!ended) {
        backup.doEvents();
      }
      return TIME.getCurrentThreadCpuTime() - start;
    }
  }

  public static void main(String[] arguments) throws Exception {
    try (Office365backup backup = new Office365backup()) {
      backup.setDataFolder("/home/somebody/mail");
      row("get_text", backup::getDataFolder);
      row("set_text", () -> backup.setDataFolder("/home/somebody/mail"));
      row("get_number", backup::getMaxConnections);
    }
    int messages = Integer.parseInt(arguments[3]);
    double best = Double.MAX_VALUE;
    int skipped = 0;
    for (int round = 0; round < ROUNDS; ++round) {
      CallsRun run = new CallsRun();
      long used = run.run(arguments[0], arguments[1], arguments[2] + "/java" + round);
      best = Math.min(best, used / (double) messages);
      skipped += run.skipped;
    }
    System.out.printf("event %.1f%n", best);
    if (skipped != messages * ROUNDS) {
      throw new IllegalStateException("skipped " + skipped);
    }
  }
}
