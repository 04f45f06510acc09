package coffer.internal;

import coffer.CofferException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What listeners threw, on its way around the native frames: kept when the listener fails, thrown
 * again by the method that fired the event. By thread, since the thread that leaves a method and
 * the next one to enter it may meet here.
 */
public final class Failures {
  private static final int HANDLER_FAILED = 30003;

  private final Map<Thread, Throwable> kept = new ConcurrentHashMap<>();

  /** One for each component. */
  public Failures() {}

  /**
   * Keeps what the calling thread's listener threw.
   *
   * @param failure what it threw
   * @return false, which tells the native side that the listener failed
   */
  public boolean keep(Throwable failure) {
    kept.put(Thread.currentThread(), failure);
    return false;
  }

  /**
   * What a method that failed throws: what its listener threw, as itself, where that is the reason.
   *
   * @param failure how the method failed
   * @return the failure, when no listener is the reason
   */
  public CofferException instead(CofferException failure) {
    if (failure.getCode() != HANDLER_FAILED) {
      return failure;
    }
    Throwable thrown = kept.remove(Thread.currentThread());
    if (thrown != null) {
      Failures.<RuntimeException>raise(thrown);
    }
    return failure;
  }

  /** Throws anything as what the caller believes to be unchecked: it leaves as the same object. */
  @SuppressWarnings("unchecked")
  private static <T extends Throwable> void raise(Throwable thrown) throws T {
    throw (T) thrown;
  }
}
