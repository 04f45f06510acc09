using System;

namespace Coffer {

// The handlers of one event. The library is told when there is a first one and when there is none
// any more, since events without a handler cost a run nothing.
internal sealed class Hook<TArgs> where TArgs : EventArgs {
  private static readonly EventHandler<TArgs> nobody = delegate { };

  private readonly object gate = new object();
  private readonly Action<bool> listen;
  private volatile EventHandler<TArgs> handlers = nobody;

  internal Hook(Action<bool> listen) {
    this.listen = listen;
  }

  internal void Add(EventHandler<TArgs> handler) {
    if (handler == null) return;
    lock (gate) {
      if (handlers == nobody) {
        listen(true);
        handlers = handler;
      } else {
        handlers += handler;
      }
    }
  }

  internal void Remove(EventHandler<TArgs> handler) {
    lock (gate) {
      EventHandler<TArgs> rest =
          Delegate.Remove(handlers, handler) as EventHandler<TArgs> ?? nobody;
      if (rest == handlers) return;
      handlers = rest;
      if (rest != nobody) return;
      try {
        listen(false);
      } catch (CofferException closed) when (closed.Code == Codes.InvalidHandle) {
        // Taking a handler away from an object that was disposed of is no mistake.
      }
    }
  }

  internal void Fire(object sender, TArgs e) {
    handlers(sender, e);
  }
}

}
