"""Java: event classes, the listener and its default, the adapter between it and the director."""

from __future__ import annotations

from apigen import names
from apigen.emit_cxx import event_class_name
from apigen.emit_swig import listen_name
from apigen.java_text import (MADE, TYPES, event_class, field_texts, javadoc, listener,
                              native_bridge, native_listener, package)
from apigen.model import Class, Event, Field, Library


def event_source(library: Library, cls: Class, event: Event) -> str:
    lines = [MADE + f"package {package(library, cls)};\n",
             javadoc("", event.doc, event.remarks,
                     f"What {event.java_listener} of {listener(cls)} is given. What can be "
                     "answered is said at each field; the others are for reading."),
             f"public class {event_class(cls, event)} {{"]
    for field in event.fields:
        lines += [javadoc("  ", *field_texts(field)),
                  f"  public {TYPES[field.type]} {names.java_field(field.name)};", ""]
    lines += [javadoc("  ", "Empty; the library fills it in."),
              f"  public {event_class(cls, event)}() {{}}"]
    return "\n".join(lines + ["}\n"])


def handler_doc(event: Event) -> str:
    return javadoc("  ", event.doc, event.remarks, tags=["@param e what happened"])


def listener_source(library: Library, cls: Class) -> str:
    lines = [MADE + f"package {package(library, cls)};\n",
             javadoc("", f"What happens in an {cls.java_name}." if cls.java_name[0] in "AEIO"
                     else f"What happens in a {cls.java_name}.",
                     "Every method is called in the thread that called the method of the component "
                     "which fires the event. What it throws comes out of that method, as itself; "
                     "the event then keeps the answers that it came with.",
                     f"Default{listener(cls)} has an empty method for each event."),
             f"public interface {listener(cls)} {{"]
    lines += ["\n".join([handler_doc(event),
                         f"  void {event.java_listener}({event_class(cls, event)} e);", ""])
              for event in cls.events]
    return "\n".join(lines).rstrip() + "\n}\n"


def default_source(library: Library, cls: Class) -> str:
    name = f"Default{listener(cls)}"
    lines = [MADE + f"package {package(library, cls)};\n",
             javadoc("", "Does nothing; override what you want to hear of.",
                     "An event whose method no listener overrides is not even prepared, and the "
                     "run does not wait for it."),
             f"public class {name} implements {listener(cls)} {{",
             javadoc("  ", "Does nothing."), f"  public {name}() {{}}", ""]
    for event in cls.events:
        lines += [handler_doc(event), "  @Override",
                  f"  public void {event.java_listener}({event_class(cls, event)} e) {{}}", ""]
    return "\n".join(lines).rstrip() + "\n}\n"


def copied_in(field: Field) -> str:
    return f"      e.{names.java_field(field.name)} = event.{names.snake(field.name)}();"


def upcall(cls: Class, event: Event) -> str:
    """Copies in, calls the listeners, copies the answers back."""
    kind, native = event_class(cls, event), f"Native{event_class_name(cls, event)}"
    lines = ["  @Override", f"  public boolean {names.snake(event.name)}({native} event) {{",
             "    try {", f"      {kind} e = new {kind}();"]
    lines += [copied_in(field) for field in event.fields]
    lines += [f"      for ({listener(cls)} listener : listeners) {{",
              f"        listener.{event.java_listener}(e);", "      }"]
    lines += [f"      event.set_{names.snake(field.name)}(e.{names.java_field(field.name)});"
              for field in event.fields if field.inout]
    lines += ["      return true;", "    } catch (Throwable failure) {",
              "      return failures.keep(failure);", "    }", "  }", ""]
    return "\n".join(lines)


ADAPTER = """\
/** Between the listeners and the native side: copies events, keeps what listeners throw. */
final class EventAdapter extends {native_listener} {{
  final Failures failures = new Failures();

  private final {bridge} bridge;
  private final CopyOnWriteArrayList<{listener}> listeners = new CopyOnWriteArrayList<>();
  private final boolean[] heard = new boolean[{count}];

  EventAdapter({bridge} bridge) {{
    this.bridge = bridge;
    bridge.keep = this;
  }}

  synchronized void add({listener} listener) {{
    listeners.add(Objects.requireNonNull(listener, "listener"));
    listen();
  }}

  synchronized void remove({listener} listener) {{
    listeners.remove(listener);
    listen();
  }}

  /** What releases both once the bridge cannot be reached: the bridge first, which waits. */
  static Runnable release({bridge} bridge, EventAdapter adapter) {{
    long component = bridge.address();
    long listener = adapter.address();
    return () -> {{
      NativeCalls.delete_{bridge}(component);
      NativeCalls.delete_{native_listener}(listener);
    }};
  }}

  /** Nothing is fetched or waited for on behalf of a method that nobody has overridden. */
  private boolean wanted(String method, Class<?> event) {{
    for ({listener} listener : listeners) {{
      try {{
        Class<?> declaring = listener.getClass().getMethod(method, event).getDeclaringClass();
        if (declaring != Default{listener}.class) {{
          return true;
        }}
      }} catch (NoSuchMethodException unusual) {{
        return true;
      }}
    }}
    return false;
  }}

  private boolean changed(int index, boolean wanted) {{
    boolean changes = heard[index] != wanted;
    heard[index] = wanted;
    return changes;
  }}

  private void listen() {{
"""


def adapter_source(library: Library, cls: Class) -> str:
    lines = [MADE + f"package {package(library, cls)};\n",
             f"import {library.prefix}.internal.Failures;",
             "import java.util.Objects;", "import java.util.concurrent.CopyOnWriteArrayList;\n",
             ADAPTER.format(bridge=native_bridge(cls), native_listener=native_listener(cls),
                            listener=listener(cls), count=len(cls.events)).rstrip()]
    for index, event in enumerate(cls.events):
        question = f'wanted("{event.java_listener}", {event_class(cls, event)}.class)'
        lines += [f"    if (changed({index}, {question})) {{",
                  f"      bridge.{listen_name(event)}(heard[{index}] ? this : null);", "    }"]
    lines += ["  }\n"]
    lines += [upcall(cls, event) for event in cls.events]
    return "\n".join(lines).rstrip() + "\n}\n"
