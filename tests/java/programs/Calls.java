import coffer.cloudbackup.Office365backup;
import coffer.threeds.Client;
import coffer.threeds.ClientErrorEvent;
import coffer.threeds.DefaultClientEventListener;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;

/** What a call costs in Java, in nanoseconds of the processor: lines for calls.py. */
public final class Calls {
  private static final int ROUNDS = 5;
  private static final ThreadMXBean TIME = ManagementFactory.getThreadMXBean();

  private static int heard;

  private Calls() {}

  private static void row(String name, int times, Runnable call) {
    double best = Double.MAX_VALUE;
    for (int round = 0; round < ROUNDS; ++round) {
      long start = TIME.getCurrentThreadCpuTime();
      for (int number = 0; number < times; ++number) {
        call.run();
      }
      double cost = (TIME.getCurrentThreadCpuTime() - start) / (double) times;
      best = Math.min(best, cost);
    }
    System.out.printf("%s %.0f%n", name, best);
  }

  public static void main(String[] arguments) {
    try (Office365backup backup = new Office365backup(); Client client = Begun.client()) {
      backup.setFilter("/home/somebody/mail");
      row("get_text", 500_000, backup::getFilter);
      row("set_text", 500_000, () -> backup.setFilter("/home/somebody/mail"));
      row("get_number", 500_000, backup::getMaxConnections);
      Runnable failing = () -> {
        try {
          client.checkAuthResponse("nonsense");
          throw new IllegalStateException("it did not fail");
        } catch (coffer.CofferException expected) {
          // the event Error has fired
        }
      };
      row("failing_call", 20_000, failing);
      client.addClientEventListener(new DefaultClientEventListener() {
        @Override
        public void error(ClientErrorEvent e) {
          ++heard;
        }
      });
      row("failing_call_heard", 20_000, failing);
    }
    if (heard != 20_000 * ROUNDS) {
      throw new IllegalStateException("heard " + heard);
    }
  }
}
