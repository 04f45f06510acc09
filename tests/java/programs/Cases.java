import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Objects;
import java.util.concurrent.Callable;

import coffer.CofferException;

/** Runs every public method of a class that takes nothing, and prints how each went. */
final class Cases {
  /** What a case throws when the library did not do what it should. */
  static final class Wrong extends AssertionError {
    private static final long serialVersionUID = 1;

    Wrong(String text) {
      super(text);
    }
  }

  /** A step that may fail. */
  interface Step {
    void run() throws Throwable;
  }

  private Cases() {}

  static void run(Class<?> of) throws Exception {
    Method[] methods = of.getDeclaredMethods();
    Arrays.sort(methods, Comparator.comparing(Method::getName));
    for (Method method : methods) {
      if (!Modifier.isPublic(method.getModifiers()) || method.getParameterCount() > 0) {
        continue;
      }
      try {
        long start = System.nanoTime();
        method.invoke(null);
        System.out.printf("ok %s %.1f s%n", method.getName(), (System.nanoTime() - start) / 1e9);
      } catch (InvocationTargetException failure) {
        System.out.println("FAILED " + method.getName());
        failure.getCause().printStackTrace(System.out);
        System.out.println("END");
      }
    }
  }

  static void check(boolean right, String text) {
    if (!right) {
      throw new Wrong(text);
    }
  }

  static void equal(Object expected, Object found) {
    check(Objects.deepEquals(expected, found), "expected " + shown(expected) + ", found "
        + shown(found));
  }

  /** The step fails with this code; returns the message. */
  static String fails(int code, Step step) {
    try {
      step.run();
    } catch (CofferException failure) {
      equal(code, failure.getCode());
      check(!failure.getMessage().isEmpty(), "no message");
      return failure.getMessage();
    } catch (Throwable other) {
      throw new AssertionError("another exception than CofferException " + code, other);
    }
    throw new Wrong("no failure; expected " + code);
  }

  /** The step throws this very object. */
  static void throwsItself(Throwable expected, Step step) {
    try {
      step.run();
    } catch (Throwable thrown) {
      if (thrown == expected) {
        return;
      }
      throw new AssertionError("another exception than " + expected, thrown);
    }
    throw new Wrong("nothing was thrown; expected " + expected);
  }

  /** Calls until it is true; what never becomes true is a failure and no hang. */
  static void until(String what, Callable<Boolean> done) throws Exception {
    long end = System.nanoTime() + 120_000_000_000L;
    while (!done.call()) {
      check(System.nanoTime() < end, "never happened: " + what);
    }
  }

  private static String shown(Object value) {
    return value instanceof byte[] ? Arrays.toString((byte[]) value) : String.valueOf(value);
  }
}
