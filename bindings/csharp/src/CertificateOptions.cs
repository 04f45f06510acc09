using System;

namespace Coffer {

// The lines Name=Value that some constructors of Certificate take.
internal static class CertificateOptions {
  internal static void Each(string lines, Action<string> action) {
    char[] ends = { '\r', '\n' };
    foreach (string line in (lines ?? "").Split(ends, StringSplitOptions.RemoveEmptyEntries)) {
      string bare = line.Trim();
      if (bare.Length != 0) action(bare);
    }
  }
}

}
