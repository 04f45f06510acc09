package coffer.internal;

import static java.nio.charset.StandardCharsets.UTF_8;

import coffer.CofferException;
import java.util.function.Consumer;

/** Text and octets of one value. */
public final class Text {
  private static final int INVALID_VALUE = 713;

  private Text() {}

  /**
   * Octets as text: UTF-8.
   *
   * @param bytes the octets
   * @return the text
   */
  public static String of(byte[] bytes) {
    return new String(bytes, UTF_8);
  }

  /**
   * Text as octets: UTF-8.
   *
   * @param text the text; null is empty
   * @return the octets
   */
  public static byte[] bytes(String text) {
    return text == null ? new byte[0] : text.getBytes(UTF_8);
  }

  /**
   * Hands each line that is not empty to an action.
   *
   * @param lines the lines; null is none
   * @param action what takes one
   */
  public static void lines(String lines, Consumer<String> action) {
    if (lines != null) {
      lines.lines().map(String::strip).filter(line -> !line.isEmpty()).forEach(action);
    }
  }

  /**
   * Refuses a value for what cannot take one.
   *
   * @param item the field
   * @param reason why it cannot be set
   * @return what to throw
   */
  public static CofferException refused(String item, String reason) {
    return new CofferException(INVALID_VALUE, item + " cannot be set: " + reason);
  }
}
