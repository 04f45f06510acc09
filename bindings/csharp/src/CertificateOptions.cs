using System;

namespace Coffer {

// The lines Name=Value that some constructors of Certificate take.
internal static class CertificateOptions {
  internal static void Check(string lines) {
    char[] ends = { '\r', '\n' };
    foreach (string line in lines.Split(ends, StringSplitOptions.RemoveEmptyEntries)) {
      string name = line.Split('=')[0].Trim();
      if (Is(name, "PersistPFXKey") || Is(name, "UseInternalSecurityAPI")) continue;  // Windows'
      if (Is(name, "Thumbprint")) {
        throw new CofferException(Codes.InvalidValue,
            "Selecting by Thumbprint is not available in this version; select by subject.");
      }
      throw new CofferException(Codes.UnknownSetting,
          "There is no setting " + name
          + " of a certificate; there are Thumbprint, PersistPFXKey and UseInternalSecurityAPI.");
    }
  }

  private static bool Is(string one, string other) {
    return string.Equals(one, other, StringComparison.OrdinalIgnoreCase);
  }
}

}
