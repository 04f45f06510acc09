package coffer.internal;

import java.lang.ref.Cleaner;

/** The safety net under close(): frees what nobody can reach any more. */
public final class Lifetime {
  private static final Cleaner CLEANER = Cleaner.create();

  private Lifetime() {}

  /**
   * Calls release once the object cannot be reached; release must not refer to it. A call into the
   * object that is under way keeps it.
   *
   * @param object what is watched
   * @param release what frees it
   */
  public static void watch(Object object, Runnable release) {
    CLEANER.register(object, release);
  }
}
