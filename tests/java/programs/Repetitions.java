import coffer.cloudbackup.DefaultOffice365backupEventListener;
import coffer.cloudbackup.Office365backup;
import coffer.cloudbackup.Office365backupLogEvent;
import java.lang.ref.WeakReference;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

/**
 * What an application does once, a thousand times: nothing is left, nothing crashes. The runs are
 * of a server that never answers, the folders in memory.
 */
public final class Repetitions {
  private static final int TIMES = 1000;

  private Repetitions() {}

  public static void main(String[] arguments) throws Exception {
    Cases.run(Repetitions.class);
  }

  private static void collectAt(int number) {
    if (number % 100 == 99) {
      System.gc();
    }
  }

  /** Nobody but the component knows the listener, which closes it, twice, in the first event. */
  private static void closeInItsOwnListener(Office365backup backup, AtomicInteger heard) {
    backup.addOffice365backupEventListener(new DefaultOffice365backupEventListener() {
      @Override
      public void log(Office365backupLogEvent e) {
        heard.incrementAndGet();
        backup.close();
        backup.close();
      }
    });
  }

  public static void runsThatTheirListenersClose() throws Throwable {
    Path folder = Refused.folder();
    try (ServerSocket silent = Refused.silent()) {
      AtomicInteger number = new AtomicInteger();
      Lifetimes.leavesNothing(TIMES, 8000, () -> {
        AtomicInteger heard = new AtomicInteger();
        Office365backup backup = Refused.backup(folder, silent.getLocalPort());
        closeInItsOwnListener(backup, heard);
        backup.startBackup();
        collectAt(number.incrementAndGet());
        while (heard.get() == 0) {
          backup.doEvents();
        }
        Cases.fails(30001, backup::doEvents);
        Cases.fails(30001, backup::getDataFolder);
        Cases.fails(30001, () -> backup.setDataFolder("x"));
        Cases.fails(30001, () -> backup.config("LogLevel"));
        backup.close();
        Cases.equal(1, heard.get());
      });
    }
    Refused.remove(folder);
  }

  private static WeakReference<Office365backup> dropped(Path folder, int port) {
    Office365backup backup = Refused.backup(folder, port);
    backup.addOffice365backupEventListener(new DefaultOffice365backupEventListener() {
      @Override
      public void log(Office365backupLogEvent e) {
        backup.config("LogLevel"); // the listener knows its component
      }
    });
    backup.startBackup();
    backup.doEvents();
    return new WeakReference<>(backup);
  }

  public static void runsThatNobodyEnds() throws Throwable {
    Path folder = Refused.folder();
    List<WeakReference<Office365backup>> objects = new ArrayList<>();
    long threads = Lifetimes.threads();
    try (ServerSocket silent = Refused.silent()) {
      Lifetimes.leavesNothing(TIMES, 16_000, () -> {
        int number = objects.size();
        objects.add(dropped(folder.resolve("" + number), silent.getLocalPort()));
        if (number % 25 == 24) { // so many runs at a time: a run ends after its object has gone
          Cases.until("the components are collected, and their runs end", () -> {
            System.gc();
            return objects.stream().allMatch(object -> object.get() == null)
                && Lifetimes.threads() <= threads + 3;
          });
        }
      });
    }
    Cases.equal(TIMES, objects.size());
    Refused.remove(folder);
  }

  public static void twoThreadsWithAComponentEach() throws Throwable {
    AtomicReference<Throwable> failed = new AtomicReference<>();
    AtomicInteger ended = new AtomicInteger();
    List<Thread> threads = new ArrayList<>();
    for (int number = 0; number < 2; ++number) {
      threads.add(new Thread(() -> {
        try {
          Path folder = Refused.folder();
          for (int run = 0; run < TIMES / 2; ++run) {
            Refused.Ends ends = new Refused.Ends();
            try (Office365backup backup = Refused.backup(folder)) {
              backup.addOffice365backupEventListener(ends);
              backup.startBackup();
              Refused.loop(backup, ends);
            }
            ended.addAndGet(ends.count);
          }
          Refused.remove(folder);
        } catch (Throwable failure) {
          failed.set(failure);
        }
      }));
    }
    threads.forEach(Thread::start);
    for (Thread thread : threads) {
      thread.join();
    }
    if (failed.get() != null) {
      throw failed.get();
    }
    Cases.equal(TIMES, ended.get());
  }
}
