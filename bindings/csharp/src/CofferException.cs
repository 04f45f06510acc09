using System;

namespace Coffer {

/// <summary>Thrown by every member that fails: a documented code, and one sentence that tells what
/// to do.</summary>
public sealed class CofferException : Exception {
  /// <summary>An error of this code.</summary>
  /// <param name="code">A code of the library's table.</param>
  /// <param name="message">What went wrong.</param>
  public CofferException(int code, string message) : base(message) {
    Code = code;
  }

  /// <summary>The code, as the reference lists it.</summary>
  public int Code { get; }
}

// Codes that the binding itself meets or makes.
internal static class Codes {
  internal const int InvalidValue = 713;
  internal const int UnknownSetting = 714;
  internal const int InvalidHandle = 30001;
  internal const int HandlerFailed = 30003;
}

}
