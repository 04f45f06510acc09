using System;
using System.Runtime.InteropServices;

namespace Coffer {

// Owns the native half of a component: every call holds it, so that it is deleted only after the
// last one, by whichever thread. The listener goes after the bridge that calls it.
internal sealed class BridgeHandle : SafeHandle {
  private readonly Action<IntPtr> close;
  private readonly Action<IntPtr> delete;
  private readonly Action<IntPtr> deleteListener;
  private IntPtr listener;

  internal BridgeHandle(IntPtr bridge, Action<IntPtr> close, Action<IntPtr> delete,
                        Action<IntPtr> deleteListener) : base(IntPtr.Zero, true) {
    this.close = close;
    this.delete = delete;
    this.deleteListener = deleteListener;
    SetHandle(bridge);
    if (!IsInvalid) Live.Add(bridge, close);
  }

  public override bool IsInvalid {
    get { return handle == IntPtr.Zero; }
  }

  internal void Own(IntPtr native) {
    listener = native;
  }

  // Ends what runs, waits for it, and frees the library's object; what is left is a few octets that
  // answer every later call with 30001, and go with the garbage collection.
  internal void CloseBridge() {
    bool held = false;
    try {
      DangerousAddRef(ref held);
      close(handle);
    } finally {
      if (held) DangerousRelease();
    }
  }

  protected override bool ReleaseHandle() {
    Live.Remove(handle);
    delete(handle);
    if (listener != IntPtr.Zero) deleteListener(listener);
    return true;
  }
}

}
