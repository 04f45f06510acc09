using System;
using System.Runtime.InteropServices;
using Coffer.Interop;

namespace Coffer {

// What native code calls: kept in static fields, so that it is never collected.
internal static class Callbacks {
  private delegate void LeaveError(int code, IntPtr text, long size);
  private delegate void LeaveOctets(IntPtr data, long size);

  private static readonly LeaveError error = OnError;
  private static readonly LeaveOctets text = Octets.LeaveText;
  private static readonly LeaveOctets octets = Octets.Leave;

  [DllImport("coffer_csharp", EntryPoint = "coffer_csharp_callbacks")]
  private static extern void Set(LeaveError error, LeaveOctets text, LeaveOctets octets);

  internal static bool Install() {
    Set(error, text, octets);
    return true;
  }

  private static void OnError(int code, IntPtr message, long size) {
    BridgePINVOKE.SWIGPendingException.Set(new CofferException(code, Octets.Text(message, size)));
  }
}

}
