import coffer.cloudbackup.DefaultOffice365backupEventListener;
import coffer.cloudbackup.Office365backup;
import coffer.cloudbackup.Office365backupEndBackupEvent;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;

/** Runs that need no service: one whose connection is refused, one whose server never answers. */
final class Refused {
  /** Counts the runs that ended. */
  static final class Ends extends DefaultOffice365backupEventListener {
    int count;

    @Override
    public void endBackup(Office365backupEndBackupEvent e) {
      ++count;
    }
  }

  private Refused() {}

  static Path folder() throws IOException {
    Path memory = Path.of("/dev/shm"); // where making files durable costs nothing
    return Files.isWritable(memory) ? Files.createTempDirectory(memory, "backup")
        : Files.createTempDirectory("backup");
  }

  static void remove(Path folder) throws IOException {
    try (Stream<Path> all = Files.walk(folder)) {
      for (Path path : (Iterable<Path>) all.sorted(Comparator.reverseOrder())::iterator) {
        Files.deleteIfExists(path);
      }
    }
  }

  /** A port that is this program's, which takes no connections: every one is refused. */
  private static final class Deaf {
    static final Socket SOCKET = new Socket();

    static {
      try {
        SOCKET.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
      } catch (IOException failure) {
        throw new UncheckedIOException(failure);
      }
    }
  }

  /** Not started: Log, Error and EndBackup will fire. */
  static Office365backup backup(Path folder) {
    return backup(folder, Deaf.SOCKET.getLocalPort());
  }

  static Office365backup backup(Path folder, int port) {
    Office365backup backup = new Office365backup();
    backup.setAuthorization("Bearer none");
    backup.setDataFolder(folder.toString());
    backup.config("GraphURL=http://127.0.0.1:" + port + "/v1.0");
    backup.config("MaxRetryCount=0");
    backup.config("Timeout=0"); // what never answers is waited for until the run is ended
    return backup;
  }

  /** Takes connections (the system does) and never reads: a run that stays until it is aborted. */
  static ServerSocket silent() throws IOException {
    return new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
  }

  static void loop(Office365backup backup, Ends ends) throws Exception {
    Cases.until("EndBackup", () -> {
      if (ends.count == 0) {
        backup.doEvents();
      }
      return ends.count > 0;
    });
  }
}
