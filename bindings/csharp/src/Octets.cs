using System;
using System.Runtime.InteropServices;
using System.Text;

namespace Coffer {

// Text and octets on their way through the bridge. In: one array that begins with its length, so
// that the runtime pins it and copies nothing again. Out: left by a callback, by thread, and taken
// by the wrapper of the same call.
internal static class Octets {
  private const int Head = 8;

  private struct Left {
    internal string Text;
    internal byte[] Octets;
  }

  [ThreadStatic]
  private static Left left;

  internal static byte[] Of(byte[] value) {
    int size = value == null ? 0 : value.Length;
    byte[] array = WithHead(size);
    if (value != null) Buffer.BlockCopy(value, 0, array, Head, size);
    return array;
  }

  internal static byte[] OfText(string value) {
    string text = value ?? "";
    if (!WellFormed(text)) return OfBrokenText(text);
    byte[] array = WithHead(Encoding.UTF8.GetByteCount(text));
    Encoding.UTF8.GetBytes(text, 0, text.Length, array, Head);
    return array;
  }

  private static byte[] WithHead(int size) {
    var array = new byte[Head + size];
    for (int at = 0; at < 4; at++) array[at] = (byte)(size >> (8 * at));
    return array;
  }

  private static bool WellFormed(string text) {
    for (int at = 0; at < text.Length; at++) {
      if (!char.IsSurrogate(text[at])) continue;
      if (!char.IsSurrogatePair(text, at)) return false;
      at++;
    }
    return true;
  }

  // A lone surrogate goes as its three octets, which no valid text has: the library refuses it and
  // says what it was meant for. The encoder would replace it and the caller never learn.
  private static byte[] OfBrokenText(string text) {
    var octets = new System.Collections.Generic.List<byte>();
    for (int at = 0; at < text.Length; at++) {
      char unit = text[at];
      if (char.IsSurrogate(unit) && !char.IsSurrogatePair(text, at)) {
        octets.Add((byte)(0xE0 | (unit >> 12)));
        octets.Add((byte)(0x80 | ((unit >> 6) & 0x3F)));
        octets.Add((byte)(0x80 | (unit & 0x3F)));
        continue;
      }
      int length = char.IsSurrogate(unit) ? 2 : 1;
      octets.AddRange(Encoding.UTF8.GetBytes(text.Substring(at, length)));
      at += length - 1;
    }
    return Of(octets.ToArray());
  }

  internal static unsafe void LeaveText(IntPtr data, long size) {
    left.Text = size == 0 ? "" : Encoding.UTF8.GetString((byte*)data, checked((int)size));
  }

  internal static void Leave(IntPtr data, long size) {
    left.Octets = Copy(data, size);
  }

  internal static string TakeText() {
    ref Left mine = ref left;
    string text = mine.Text;
    mine.Text = "";  // it may be a secret
    return text;
  }

  internal static byte[] Take() {
    ref Left mine = ref left;
    byte[] octets = mine.Octets;
    mine.Octets = Array.Empty<byte>();
    return octets;
  }

  private static byte[] Copy(IntPtr data, long size) {
    if (size == 0) return Array.Empty<byte>();
    var octets = new byte[size];
    Marshal.Copy(data, octets, 0, octets.Length);
    return octets;
  }

  internal static string Text(IntPtr data, long size) {
    return Encoding.UTF8.GetString(Copy(data, size));
  }

  // The twins: a store as text and as octets.
  internal static string ToText(byte[] octets) {
    return Encoding.UTF8.GetString(octets);
  }

  internal static byte[] FromText(string text) {
    byte[] array = OfText(text);
    var octets = new byte[array.Length - Head];
    Buffer.BlockCopy(array, Head, octets, 0, octets.Length);
    return octets;
  }

  internal static bool Same(byte[] one, byte[] other) {
    if (one.Length != other.Length) return false;
    for (int at = 0; at < one.Length; at++) {
      if (one[at] != other[at]) return false;
    }
    return true;
  }
}

}
