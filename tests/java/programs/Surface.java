import coffer.CofferException;
import java.lang.reflect.Constructor;
import java.lang.reflect.Field;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Member;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Prints what a package's classes are, as lines for test_surface.py: {@code CLASS kind name type
 * [parameters] [value]}, separated by tabs. The classes are named as arguments; of one that can be
 * made without arguments every getter is asked.
 */
public final class Surface {
  private Surface() {}

  public static void main(String[] names) throws Exception {
    for (String name : names) {
      Class<?> kind = Class.forName(name);
      say(name, "class", Modifier.toString(kind.getModifiers()),
          kind.getSuperclass() == null ? "" : kind.getSuperclass().getName(),
          Arrays.stream(kind.getInterfaces()).map(Class::getName)
              .collect(Collectors.joining(",")));
      for (Constructor<?> made : kind.getDeclaredConstructors()) {
        if (shown(made)) {
          say(name, "constructor", "", "", types(made.getParameterTypes()));
        }
      }
      for (Field field : kind.getDeclaredFields()) {
        if (shown(field)) {
          boolean constant = Modifier.isStatic(field.getModifiers());
          say(name, constant ? "constant" : "field", field.getName(),
              field.getType().getTypeName(), constant ? field.get(null).toString() : "");
        }
      }
      Object made = instance(kind);
      for (Method method : kind.getDeclaredMethods()) {
        if (shown(method)) {
          say(name, Modifier.isStatic(method.getModifiers()) ? "static" : "method",
              method.getName(), method.getReturnType().getTypeName(),
              types(method.getParameterTypes()), value(made, method));
        }
      }
      if (made != null) {
        views(name, made);
      }
      if (made instanceof AutoCloseable component) {
        component.close();
      }
    }
  }

  /** The fields of the objects that a component gives, by what they answer. */
  private static void views(String name, Object made) throws Exception {
    for (Method method : made.getClass().getMethods()) {
      Class<?> type = method.getReturnType();
      if (method.getParameterCount() > 0 || type.isPrimitive() || type.isArray()
          || !type.getName().startsWith("coffer.")) {
        continue;
      }
      Object view = method.invoke(made);
      for (Method getter : type.getMethods()) {
        if (getter.getDeclaringClass() == type && getter.getParameterCount() == 0) {
          String set = getter.getName().replaceFirst("^(get|is)", "set");
          say(name, "view", method.getName() + "." + getter.getName(),
              getter.getReturnType().getTypeName(), settable(view, set, getter),
              value(view, getter));
        }
      }
    }
  }

  /** Whether the view refuses a setter as what is read-only or not there. */
  private static String settable(Object view, String setter, Method getter) throws Exception {
    try {
      Method method = view.getClass().getMethod(setter, getter.getReturnType());
      method.setAccessible(true);
      method.invoke(view, getter.invoke(view));
      return "rw";
    } catch (NoSuchMethodException none) {
      return "ro";
    } catch (InvocationTargetException failure) {
      String text = failure.getCause().getMessage();
      if (text.contains("read-only")) {
        return "ro";
      }
      return text.contains("no such field") ? "none" : "rw";
    }
  }

  private static Object instance(Class<?> kind) throws Exception {
    if (kind.isInterface() || Throwable.class.isAssignableFrom(kind)) {
      return null;
    }
    for (Constructor<?> constructor : kind.getConstructors()) {
      if (constructor.getParameterCount() == 0) {
        return constructor.newInstance();
      }
    }
    return null;
  }

  private static String value(Object made, Method method) throws Exception {
    if (made == null || !method.getName().matches("(get|is)[A-Z].*")
        || method.getName().equals("getAuthRequest")) {
      return "";
    }
    Object[] arguments = new Object[method.getParameterCount()];
    Arrays.fill(arguments, 0);
    try {
      Object value = method.invoke(made, arguments);
      if (value instanceof byte[] octets) {
        return "=" + Base64.getEncoder().encodeToString(octets);
      }
      return value instanceof Number || value instanceof Boolean || value instanceof String
          ? "=" + value : "";
    } catch (InvocationTargetException failure) {
      return failure.getCause() instanceof CofferException known ? "!" + known.getCode()
          : "?" + failure.getCause();
    }
  }

  private static boolean shown(Member member) {
    return (member.getModifiers() & (Modifier.PUBLIC | Modifier.PROTECTED)) != 0
        && !member.isSynthetic();
  }

  private static String types(Class<?>[] types) {
    return Arrays.stream(types).map(Class::getTypeName).collect(Collectors.joining(","));
  }

  private static void say(String... words) {
    List<String> clean = new ArrayList<>();
    for (String word : words) {
      clean.add(word.replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n"));
    }
    System.out.println(String.join("\t", clean));
  }
}
