using System;
using System.Threading;

namespace Coffer {

// A field of an event that is large: read when the handler asks for it, gone when the handler has
// returned, unless it was read.
internal sealed class OnDemand<T> where T : class {
  private static readonly Func<T> gone = () => throw new InvalidOperationException();

  private readonly string name;
  private readonly Thread thread = Thread.CurrentThread;
  private readonly T[] read = new T[1];
  private volatile bool wasRead;
  private volatile Func<T> load;

  internal OnDemand(string name, Func<T> load) {
    this.name = name;
    this.load = load;
  }

  internal T Read() {
    if (wasRead) return read[0];
    if (load == gone) {
      throw new CofferException(Codes.InvalidHandle,
          name + " can be read only while the handler runs; read it there and keep the value.");
    }
    if (Thread.CurrentThread != thread) {
      throw new CofferException(Codes.InvalidHandle,
          name + " can be read only in the thread of the handler.");
    }
    read[0] = load();
    wasRead = true;
    return read[0];
  }

  internal void Detach() {
    load = gone;
  }
}

}
