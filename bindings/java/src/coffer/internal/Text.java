package coffer.internal;

import static java.nio.charset.StandardCharsets.UTF_8;

import coffer.CofferException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;

/** Text and octets of one value. */
public final class Text {
  private static final int CANNOT_OPEN = 302;
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
   * A file's contents.
   *
   * @param file its name
   * @return its octets
   */
  public static byte[] contents(String file) {
    try {
      return Files.readAllBytes(Path.of(file));
    } catch (IOException | InvalidPathException failure) {
      throw new CofferException(CANNOT_OPEN, "The file " + file + " cannot be read: " + failure);
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
