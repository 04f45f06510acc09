using System;
using System.Collections.Generic;
using System.Reflection;

namespace CofferTests {

// All events of a component in order, as their handlers saw them before they answered.
internal sealed class Journal {
  internal readonly List<object> Entries = new List<object>();
  internal readonly Dictionary<string, int> Counts = new Dictionary<string, int>();
  private readonly List<Rule> rules = new List<Rule>();

  private sealed class Rule {
    internal string Event;
    internal Action<EventArgs> Act;
    internal bool Once;
  }

  internal void Attach(object component) {
    foreach (EventInfo info in component.GetType().GetEvents()) {
      Type args = info.EventHandlerType.GetGenericArguments()[0];
      MethodInfo make = GetType().GetMethod(
          "Handler", BindingFlags.NonPublic | BindingFlags.Instance);
      info.AddEventHandler(component, (Delegate)make.MakeGenericMethod(args)
          .Invoke(this, new object[] { info.Name }));
    }
  }

  internal void On(string name, bool once, Action<EventArgs> act) {
    rules.Add(new Rule { Event = name, Act = act, Once = once });
  }

  private EventHandler<TArgs> Handler<TArgs>(string name) where TArgs : EventArgs {
    return (sender, e) => Handle(name, e);
  }

  private void Handle(string name, EventArgs e) {
    var fields = new Members();
    foreach (PropertyInfo field in e.GetType().GetProperties()) {
      if (field.Name != "Eml") fields[field.Name] = field.GetValue(e, null);
    }
    Entries.Add(new object[] { name, fields });
    int before;
    Counts.TryGetValue(name, out before);
    Counts[name] = before + 1;
    foreach (Rule rule in rules.ToArray()) {
      if (rule.Event != name) continue;
      if (rule.Once) rules.Remove(rule);
      rule.Act(e);
    }
  }
}

}
