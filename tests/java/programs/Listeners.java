import coffer.cloudbackup.DefaultOffice365backupEventListener;
import coffer.cloudbackup.Office365backup;
import coffer.cloudbackup.Office365backupEndBackupEvent;
import coffer.cloudbackup.Office365backupErrorEvent;
import coffer.cloudbackup.Office365backupEventListener;
import coffer.cloudbackup.Office365backupLogEvent;
import coffer.threeds.Client;
import coffer.threeds.ClientErrorEvent;
import coffer.threeds.DefaultClientEventListener;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;

/** What listeners may do, and what becomes of what they throw. */
public final class Listeners {
  private Listeners() {}

  /** Calls a function at each event of a kind. */
  private static final class On extends DefaultOffice365backupEventListener {
    Consumer<Office365backupErrorEvent> error = e -> {};
    Consumer<Office365backupLogEvent> log = e -> {};
    Runnable end = () -> {};

    @Override
    public void error(Office365backupErrorEvent e) {
      error.accept(e);
    }

    @Override
    public void log(Office365backupLogEvent e) {
      log.accept(e);
    }

    @Override
    public void endBackup(Office365backupEndBackupEvent e) {
      end.run();
    }
  }

  /** A component in a folder of its own that knows when its run has ended. */
  private static final class Run implements AutoCloseable {
    final Path folder = Refused.folder();
    final Office365backup backup = Refused.backup(folder);
    final Refused.Ends ends = new Refused.Ends();

    Run() throws IOException {
      backup.addOffice365backupEventListener(ends);
    }

    void start(Office365backupEventListener... others) {
      for (Office365backupEventListener other : others) {
        backup.addOffice365backupEventListener(other);
      }
      backup.startBackup();
    }

    void finish() throws Exception {
      Refused.loop(backup, ends);
      Cases.equal(1, ends.count);
    }

    @Override
    public void close() throws IOException {
      backup.close();
      Refused.remove(folder);
    }
  }

  public static void main(String[] arguments) throws Exception {
    Cases.run(Listeners.class);
  }

  @SuppressWarnings("unchecked")
  private static <T extends Throwable> void sneak(Throwable thrown) throws T {
    throw (T) thrown;
  }

  public static void whatAListenerThrowsComesOutAsItself() throws Exception {
    for (Throwable thrown : new Throwable[] {
        new IllegalStateException("unchecked"), new IOException("checked"),
        new StackOverflowError("error"), new coffer.CofferException(30003, "mine") }) {
      try (Run run = new Run()) {
        On listener = new On();
        listener.error = e -> Listeners.<RuntimeException>sneak(thrown);
        run.start(listener);
        Cases.throwsItself(thrown, run::finish);
        run.finish(); // the run went on, and EndBackup was not lost
      }
    }
  }

  public static void eachFailureSurfacesAndNoEventIsLost() throws Exception {
    try (Run run = new Run()) {
      List<String> events = new ArrayList<>();
      AtomicInteger caught = new AtomicInteger();
      On listener = new On();
      listener.log = e -> {
        events.add("log");
        throw new IllegalStateException("log");
      };
      listener.error = e -> events.add("error " + (e.errorCode > 0) + !e.description.isEmpty());
      run.backup.config("LogLevel=3");
      run.start(listener);
      Cases.until("EndBackup", () -> {
        try {
          run.backup.doEvents();
        } catch (IllegalStateException failure) {
          caught.incrementAndGet();
        }
        return run.ends.count > 0;
      });
      long logs = events.stream().filter("log"::equals).count();
      Cases.check(logs > 1, "too few events: " + events);
      Cases.equal((int) logs, caught.get());
      Cases.check(events.contains("error truetrue"), events.toString());
    }
  }

  public static void listenersAreCalledInOrder() throws Exception {
    try (Run run = new Run()) {
      List<String> order = new ArrayList<>();
      On first = new On();
      first.error = e -> {
        order.add("first");
        e.description = "changed";
      };
      On second = new On();
      second.error = e -> order.add("second " + e.description);
      run.start(first, second);
      run.finish();
      Cases.equal(List.of("first", "second changed"), order);
    }
  }

  /** What the run had to tell is told when its phase is Idle again. */
  private static void untilTheEngineHasFailed(Office365backup backup) {
    try {
      Cases.until("Idle", () -> backup.config("Phase").equals("0"));
    } catch (Exception never) {
      throw new IllegalStateException(never);
    }
  }

  public static void aListenerMayRemoveAndAddOthers() throws Exception {
    try (Run run = new Run()) {
      List<String> order = new ArrayList<>();
      On late = new On();
      late.error = e -> order.add("late");
      On early = new On();
      early.log = e -> {
        order.add("early");
        run.backup.removeOffice365backupEventListener(early);
        untilTheEngineHasFailed(run.backup);
        run.backup.addOffice365backupEventListener(late);
      };
      run.start(early);
      run.finish();
      Cases.equal(List.of("early", "late"), order);
    }
  }

  public static void whatWasRemovedHearsNothing() throws Exception {
    try (Run run = new Run()) {
      AtomicInteger heard = new AtomicInteger();
      On listener = new On();
      listener.log = e -> heard.incrementAndGet();
      run.backup.addOffice365backupEventListener(listener);
      run.backup.removeOffice365backupEventListener(listener);
      run.backup.removeOffice365backupEventListener(listener);
      run.backup.removeOffice365backupEventListener(null);
      run.start();
      run.finish();
      Cases.equal(0, heard.get());
      try {
        run.backup.addOffice365backupEventListener(null);
        throw new Cases.Wrong("null was taken");
      } catch (NullPointerException expected) {
        // said at once, not when an event fires
      }
    }
  }

  public static void actionsAreRefusedInAListener() throws Exception {
    try (Run run = new Run()) {
      List<String> checked = new ArrayList<>();
      On listener = new On();
      listener.error = e -> {
        Cases.fails(30004, run.backup::doEvents);
        Cases.fails(30004, run.backup::startBackup);
        Cases.equal("False", run.backup.config("OAuthDeviceCode"));
        run.backup.abortBackup();
        checked.add("all");
      };
      run.start(listener);
      run.finish();
      Cases.equal(List.of("all"), checked);
    }
  }

  public static void anotherThreadIsToldThatItIsBusy() throws Exception {
    try (Run run = new Run()) {
      AtomicReference<String> told = new AtomicReference<>();
      On listener = new On();
      listener.error = e -> {
        Thread other = new Thread(() -> told.set(Cases.fails(143, run.backup::doEvents)));
        other.start();
        try {
          other.join();
        } catch (InterruptedException never) {
          throw new IllegalStateException(never);
        }
      };
      run.start(listener);
      run.finish();
      Cases.check(told.get() != null, "the other thread was not refused");
    }
  }

  public static void closingInAListenerTakesEffectAfterIt() throws Exception {
    try (Run run = new Run()) {
      On listener = new On();
      listener.error = e -> {
        run.backup.close();
        run.backup.close();
        Cases.check(e.errorCode > 0, "the event went with the object");
      };
      run.start(listener);
      Cases.until("30001", () -> {
        try {
          run.backup.doEvents();
          return false;
        } catch (coffer.CofferException closed) {
          return closed.getCode() == 30001;
        }
      });
      Cases.equal(0, run.ends.count);
    }
  }

  public static void aFailureInsideAnotherComponentsListenerStaysThere() throws Exception {
    try (Run outer = new Run(); Run inner = new Run()) {
      IllegalStateException mine = new IllegalStateException("inner");
      On failing = new On();
      failing.error = e -> {
        throw mine;
      };
      List<String> order = new ArrayList<>();
      On nesting = new On();
      nesting.error = e -> {
        inner.start(failing);
        Cases.throwsItself(mine, inner::finish);
        order.add("nested");
      };
      outer.start(nesting);
      outer.finish();
      inner.finish();
      Cases.equal(List.of("nested"), order);
    }
  }

  public static void aSynchronousMethodThrowsWhatItsListenerThrew() {
    try (Client client = Begun.client()) {
      Cases.fails(604, () -> client.checkAuthResponse("nonsense"));
      IllegalStateException mine = new IllegalStateException("mine");
      DefaultClientEventListener listener = new DefaultClientEventListener() {
        @Override
        public void error(ClientErrorEvent e) {
          Cases.equal(604, e.errorCode);
          throw mine;
        }
      };
      client.addClientEventListener(listener);
      Cases.throwsItself(mine, () -> client.checkAuthResponse("nonsense"));
      client.removeClientEventListener(listener);
      Cases.fails(604, () -> client.checkAuthResponse("nonsense"));
    }
  }
}
