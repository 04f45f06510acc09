package coffer;

/**
 * A call failed. The code is one of the documented ones; the message is one line that says what
 * happened and what to do.
 */
public class CofferException extends RuntimeException {
  private static final long serialVersionUID = 1;

  /** The code. */
  private final int code;

  /**
   * Made by the library.
   *
   * @param code the documented code
   * @param message what happened and what to do
   */
  public CofferException(int code, String message) {
    super(message);
    this.code = code;
  }

  /**
   * The documented code of the failure, such as 143 (busy) or 713 (a value that does not fit).
   *
   * @return the code
   */
  public int getCode() {
    return code;
  }
}
