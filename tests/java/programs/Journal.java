import coffer.cloudbackup.*;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Locale;

/**
 * The scenario of tests/python/scenario.py, told event by event: {@code Journal GRAPH_URL TOKEN
 * FOLDER}. Each line is the event's name and its fields as they came, in their order; names in small letters
 * without what languages put between words.
 */
public final class Journal implements Office365backupEventListener {
  private final Office365backup backup = new Office365backup();
  private final Path folder;
  private int before;
  private int fetched;
  private int saved;
  private int deleted;
  private int errors;
  private boolean ended;

  private Journal(Path folder) {
    this.folder = folder;
  }

  public static void main(String[] arguments) throws Exception {
    Journal journal = new Journal(Path.of(arguments[2]));
    journal.run(arguments[0], arguments[1]);
  }

  private void run(String url, String token) throws Exception {
    try (backup) {
      backup.setAuthorization("Bearer " + token);
      backup.setDataFolder(folder.toString());
      backup.setMaxConnections(1);
      backup.setSyncDeletes(true);
      for (String setting : new String[] {"GraphURL=" + url, "MailboxConcurrency=1",
          "MaxRetryCount=1", "RetryInterval=0", "LogLevel=1", "MessagePageSize=7"}) {
        backup.config(setting);
      }
      backup.addOffice365backupEventListener(this);
      once(); // everything is new
      System.out.println("--");
      System.in.read(); // the test deletes messages meanwhile
      once();
      for (String counter : new String[] {"Listed", "Saved", "Unchanged", "Skipped", "Gone",
          "Failed", "Pending", "Deleted"}) {
        System.out.println(counter + "=" + backup.config("Messages" + counter));
      }
    }
  }

  private void once() {
    ended = false;
    backup.startBackup();
    while (!ended) {
      try {
        backup.doEvents();
      } catch (IllegalStateException raised) {
        System.out.println("raised " + raised.getMessage());
      }
    }
  }

  private static String plain(String name) {
    return name.toLowerCase(Locale.ROOT).replace("_", "");
  }

  private String shown(Object value) throws Exception {
    if (value instanceof byte[] octets) {
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(octets);
      return octets.length + ":" + HexFormat.of().formatHex(digest, 0, 8);
    }
    return String.valueOf(value).replace(folder.toString(), "FOLDER").replace("\\", "\\\\")
        .replace("\t", "\\t").replace("\r", "\\r").replace("\n", "\\n");
  }

  private void tell(String name, Object e) {
    try {
      StringBuilder line = new StringBuilder(plain(name));
      for (Field field : e.getClass().getDeclaredFields()) {
        if (!Modifier.isStatic(field.getModifiers())) {
          line.append('\t').append(plain(field.getName())).append('=')
              .append(shown(field.get(e)));
        }
      }
      System.out.println(line);
    } catch (Exception failure) {
      throw new AssertionError(failure);
    }
  }

  @Override
  public void beforeMessageBackup(Office365backupBeforeMessageBackupEvent e) {
    tell("BeforeMessageBackup", e);
    switch (++before) {
      case 3 -> e.skip = true;
      case 5 -> e.backupFile = folder.resolve("elsewhere/grün 😀.eml").toString();
      case 6 -> {
        e.skip = true; // an answer that a failure takes back
        throw new IllegalStateException("at the sixth");
      }
      default -> { }
    }
  }

  @Override
  public void messageBackup(Office365backupMessageBackupEvent e) {
    tell("MessageBackup", e);
    e.skip = ++fetched == 3;
  }

  @Override
  public void afterMessageBackup(Office365backupAfterMessageBackupEvent e) {
    tell("AfterMessageBackup", e);
    if (++saved == 2) {
      throw new IllegalStateException("after the second");
    }
  }

  @Override
  public void messageError(Office365backupMessageErrorEvent e) {
    tell("MessageError", e);
    ++errors;
    e.retry = e.retry || errors == 2;
  }

  @Override
  public void messageDelete(Office365backupMessageDeleteEvent e) {
    tell("MessageDelete", e);
    e.skip = ++deleted == 1;
  }

  @Override
  public void endBackup(Office365backupEndBackupEvent e) {
    tell("EndBackup", e);
    ended = true;
  }

  @Override
  public void error(Office365backupErrorEvent e) {
    tell("Error", e);
  }

  @Override
  public void log(Office365backupLogEvent e) {
    tell("Log", e);
  }

  @Override
  public void SSLServerAuthentication(Office365backupSSLServerAuthenticationEvent e) {
    tell("SSLServerAuthentication", e);
  }

  @Override
  public void SSLStatus(Office365backupSSLStatusEvent e) {
    tell("SSLStatus", e);
  }
}
