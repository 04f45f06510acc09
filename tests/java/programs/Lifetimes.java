import coffer.CofferException;
import coffer.cloudbackup.DefaultOffice365backupEventListener;
import coffer.cloudbackup.Office365backup;
import coffer.cloudbackup.Office365backupErrorEvent;
import coffer.cloudbackup.Office365backupLogEvent;
import coffer.cloudbackup.Proxy;
import coffer.threeds.Client;
import java.io.IOException;
import java.lang.ref.WeakReference;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;

/** Who keeps whom, and what the garbage collector may do meanwhile. */
public final class Lifetimes {
  private static final int MANY = 1000;

  private Lifetimes() {}

  public static void main(String[] arguments) throws Exception {
    Cases.run(Lifetimes.class);
  }

  /** Collects all the time, until closed. */
  private static final class Collector implements AutoCloseable {
    private volatile boolean stop;
    private final Thread thread = new Thread(() -> {
      while (!stop) {
        System.gc();
      }
    });

    Collector() {
      thread.start();
    }

    @Override
    public void close() throws InterruptedException {
      stop = true;
      thread.join();
    }
  }

  private static long status(String name) throws IOException {
    for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
      if (line.startsWith(name + ":")) {
        return Long.parseLong(line.replaceAll("\\D", ""));
      }
    }
    throw new IOException(name);
  }

  /** This process's threads, the library's among them. */
  static long threads() throws IOException {
    return status("Threads");
  }

  /** Something to compare before and after: kB of memory, open files, threads. */
  private static long[] footprint() throws IOException {
    System.gc();
    try (Stream<Path> files = Files.list(Path.of("/proc/self/fd"))) {
      return new long[] {status("VmRSS"), files.count(), threads()};
    }
  }

  /** The second half of many repetitions leaves nothing that the first half did not. */
  static void leavesNothing(int repetitions, long kilobytes, Cases.Step step)
      throws Throwable {
    for (int number = 0; number < repetitions / 2; ++number) {
      step.run();
    }
    long[] before = footprint();
    for (int number = 0; number < repetitions / 2; ++number) {
      step.run();
    }
    AtomicReference<long[]> after = new AtomicReference<>();
    try {
      // what the collector has not seen yet is no leak: it gets its time
      Cases.until("footprint as before", () -> {
        after.set(footprint());
        return after.get()[0] <= before[0] + kilobytes && after.get()[1] <= before[1] + 3
            && after.get()[2] <= before[2] + 3;
      });
    } catch (Cases.Wrong wrong) {
      throw new Cases.Wrong("before " + List.of(before[0], before[1], before[2]) + ", after "
          + List.of(after.get()[0], after.get()[1], after.get()[2]));
    }
  }

  public static void aListenerKeptOnlyByItsComponentIsCalled() throws Exception {
    Path folder = Refused.folder();
    AtomicInteger heard = new AtomicInteger();
    Refused.Ends ends = new Refused.Ends();
    try (Collector collector = new Collector(); Office365backup backup = Refused.backup(folder)) {
      addCounter(backup, heard);
      backup.addOffice365backupEventListener(ends);
      for (int number = 0; number < 20; ++number) {
        ends.count = 0;
        backup.startBackup();
        Refused.loop(backup, ends);
      }
    }
    Cases.equal(20, heard.get());
    Refused.remove(folder);
  }

  private static void addCounter(Office365backup backup, AtomicInteger heard) {
    backup.addOffice365backupEventListener(new DefaultOffice365backupEventListener() {
      @Override
      public void error(Office365backupErrorEvent e) {
        heard.incrementAndGet();
      }
    });
  }

  /** Its listener refers to it, as an application's does. */
  private static WeakReference<Office365backup> dropped(Path folder, int port) {
    Office365backup backup = Refused.backup(folder, port);
    backup.addOffice365backupEventListener(new DefaultOffice365backupEventListener() {
      @Override
      public void log(Office365backupLogEvent e) {
        backup.abortBackup();
      }
    });
    backup.startBackup();
    return new WeakReference<>(backup);
  }

  public static void aComponentDroppedInTheMiddleOfARunIsFreed() throws Exception {
    List<Path> folders = new ArrayList<>();
    List<WeakReference<Office365backup>> objects = new ArrayList<>();
    try (ServerSocket silent = Refused.silent()) {
      for (int number = 0; number < 25; ++number) {
        folders.add(Refused.folder());
        objects.add(dropped(folders.get(number), silent.getLocalPort()));
      }
      for (int number = 0; number < folders.size(); ++number) {
        Path folder = folders.get(number);
        WeakReference<Office365backup> object = objects.get(number);
        // the run held its folder until the collector freed it
        Cases.until("the folder is free", () -> {
          System.gc();
          try (Office365backup next = Refused.backup(folder, silent.getLocalPort())) {
            next.startBackup();
            return object.get() == null;
          } catch (CofferException locked) {
            Cases.equal(702, locked.getCode());
            return false;
          }
        });
        Refused.remove(folder);
      }
    }
  }

  public static void aCallUnderWayKeepsItsComponent() throws Exception {
    Path folder = Refused.folder();
    try (ServerSocket silent = Refused.silent(); Collector collector = new Collector()) {
      AtomicInteger heard = new AtomicInteger();
      Office365backup backup = Refused.backup(folder, silent.getLocalPort());
      addCounter(backup, heard);
      backup.startBackup();
      for (int number = 0; number < 10; ++number) {
        backup.doEvents(); // nothing refers to the object after the last one
      }
      Cases.equal(0, heard.get());
    }
    Cases.until("the folder is free", () -> {
      System.gc();
      try (Office365backup next = Refused.backup(folder)) {
        next.startBackup();
        return true;
      } catch (CofferException locked) {
        return false;
      }
    });
    Refused.remove(folder);
  }

  public static void aViewKeepsWhatItShows() throws Exception {
    Proxy view = new Office365backup().getProxy();
    try (Collector collector = new Collector()) {
      for (int number = 0; number < 200; ++number) {
        view.setPort(number);
        Cases.equal(number, view.getPort());
      }
    }
  }

  public static void thousandObjectsLeaveNothing() throws Throwable {
    leavesNothing(2 * MANY, 8000, () -> {
      try (Office365backup backup = new Office365backup(); Client client = new Client()) {
        addCounter(backup, new AtomicInteger());
        backup.setFilter("x".repeat(10_000));
        client.getDirectoryServerCert().setEncodedB(new byte[10_000]);
      }
    });
  }

  public static void thousandObjectsThatNobodyClosesLeaveNothing() throws Throwable {
    AtomicInteger number = new AtomicInteger();
    leavesNothing(2 * MANY, 16_000, () -> {
      if (number.incrementAndGet() % 100 == 0) { // so many at a time
        System.gc();
      }
      Office365backup backup = new Office365backup();
      addCounter(backup, new AtomicInteger());
      backup.setFilter("x".repeat(10_000));
    });
  }

  public static void thousandFailuresLeaveNothing() throws Throwable {
    try (Client client = Begun.client()) {
      leavesNothing(20 * MANY, 4000, () -> {
        Cases.fails(714, () -> client.config("NoSuchSetting"));
        Cases.fails(604, () -> client.checkAuthResponse("nonsense"));
      });
    }
  }

  public static void thousandRunsLeaveNothing() throws Throwable {
    Path folder = Refused.folder();
    leavesNothing(MANY, 8000, () -> {
      Refused.Ends ends = new Refused.Ends();
      try (Office365backup backup = Refused.backup(folder)) {
        backup.addOffice365backupEventListener(ends);
        backup.startBackup();
        Refused.loop(backup, ends);
      }
    });
    Refused.remove(folder);
  }

  public static void twoComponentsInTwoThreads() throws Throwable {
    List<Thread> threads = new ArrayList<>();
    AtomicReference<Throwable> failed = new AtomicReference<>();
    AtomicInteger heard = new AtomicInteger();
    for (int number = 0; number < 2; ++number) {
      Thread thread = new Thread(() -> {
        try {
          Path folder = Refused.folder();
          Refused.Ends ends = new Refused.Ends();
          try (Office365backup backup = Refused.backup(folder)) {
            backup.addOffice365backupEventListener(ends);
            Thread mine = Thread.currentThread();
            backup.addOffice365backupEventListener(new DefaultOffice365backupEventListener() {
              @Override
              public void error(Office365backupErrorEvent e) {
                Cases.check(Thread.currentThread() == mine, "called in another thread");
                heard.incrementAndGet();
              }
            });
            for (int run = 0; run < 100; ++run) {
              ends.count = 0;
              backup.startBackup();
              Refused.loop(backup, ends);
            }
          }
          Refused.remove(folder);
        } catch (Throwable failure) {
          failed.set(failure);
        }
      });
      threads.add(thread);
      thread.start();
    }
    for (Thread thread : threads) {
      thread.join();
    }
    if (failed.get() != null) {
      throw failed.get();
    }
    Cases.equal(200, heard.get());
  }

  public static void closingFromAnotherThreadEndsWhatWaits() throws Exception {
    Path folder = Refused.folder();
    try (ServerSocket silent = Refused.silent()) {
      for (int number = 0; number < MANY; ++number) {
        Office365backup backup = Refused.backup(folder, silent.getLocalPort());
        backup.startBackup();
        CountDownLatch inside = new CountDownLatch(1);
        AtomicInteger code = new AtomicInteger();
        Thread waiting = new Thread(() -> {
          try {
            while (true) {
              inside.countDown();
              backup.doEvents();
            }
          } catch (CofferException closed) {
            code.set(closed.getCode());
          }
        });
        waiting.start();
        inside.await();
        backup.close();
        waiting.join();
        Cases.equal(30001, code.get());
      }
    }
    Refused.remove(folder);
  }
}
