using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Globalization;
using System.IO;
using System.Reflection;
using System.Runtime.ExceptionServices;
using Coffer;

namespace CofferTests {

// A component that another process drives, one line a command, words percent-encoded; each is
// answered with one line of JSON, or with `!` and the exception.
internal sealed class Remote {
  private const int LongestRun = 120000;
  private IDisposable component;
  private Journal journal;

  internal static int Run(TextReader input, TextWriter output) {
    var remote = new Remote();
    for (string line = input.ReadLine(); line != null; line = input.ReadLine()) {
      string[] words = Array.ConvertAll(line.Split(' '), Uri.UnescapeDataString);
      string answer;
      try {
        answer = Json.Of(remote.Do(words));
      } catch (CofferException failure) {
        answer = "!" + Json.Of(new object[] { "CofferException", failure.Code, failure.Message });
      } catch (Exception failure) {
        answer = "!" + Json.Of(new object[] { failure.GetType().Name, 0, failure.Message });
      }
      output.WriteLine(answer);
      output.Flush();
    }
    return 0;
  }

  private object Do(string[] words) {
    switch (words[0]) {
      case "new":
        Make(words[1]);
        return null;
      case "get":
        return Place(words[1]).Get();
      case "set":
        Place(words[1]).Set(words[2]);
        return null;
      case "call":
        return Call(words);
      case "answer":
        journal.On(words[1], words[4] == "once", e => Target.Of(e, words[2]).Set(words[3]));
        return null;
      case "do":
        journal.On(words[1], words[3] == "once", e => Call(new[] { "call", words[2] }));
        return null;
      case "throw":
        journal.On(words[1], true, e => { throw new InvalidOperationException(words[2]); });
        return null;
      case "loop":
        Loop();
        return null;
      case "journal":
        object[] entries = journal.Entries.ToArray();
        journal.Entries.Clear();
        journal.Counts.Clear();
        return entries;
      case "dispose":
        component.Dispose();
        return null;
      default:
        throw new ArgumentException("unknown command " + words[0]);
    }
  }

  private void Make(string name) {
    if (component != null) component.Dispose();
    component = (IDisposable)Activator.CreateInstance(
        typeof(CofferException).Assembly.GetType(name, true));
    journal = new Journal();
    journal.Attach(component);
  }

  private Target Place(string path) {
    return Target.Of(component, path);
  }

  private object Call(string[] words) {
    MethodInfo method = component.GetType().GetMethod(words[1]);
    ParameterInfo[] parameters = method.GetParameters();
    var values = new object[parameters.Length];
    for (int at = 0; at < values.Length; at++) {
      values[at] = Target.Convert(words[at + 2], parameters[at].ParameterType);
    }
    try {
      return method.Invoke(component, values);
    } catch (TargetInvocationException failure) {
      ExceptionDispatchInfo.Capture(failure.InnerException).Throw();
      throw;
    }
  }

  private void Loop() {
    var backup = (Coffer.CloudBackup.Office365Backup)component;
    Stopwatch watch = Stopwatch.StartNew();
    while (!journal.Counts.ContainsKey("OnEndBackup")) {
      if (watch.ElapsedMilliseconds > LongestRun) throw new TimeoutException("no end");
      backup.DoEvents();
    }
  }
}

// A property by its path: DataFolder, OAuth.ClientId, ACSRootCerts[0].Encoded, Extensions.Count.
internal sealed class Target {
  private readonly object owner;
  private readonly PropertyInfo property;

  private Target(object owner, PropertyInfo property) {
    this.owner = owner;
    this.property = property;
  }

  internal static Target Of(object owner, string path) {
    string[] steps = path.Split('.');
    for (int at = 0; at < steps.Length - 1; at++) owner = Step(owner, steps[at]);
    return new Target(owner, owner.GetType().GetProperty(steps[steps.Length - 1]));
  }

  private static object Step(object owner, string step) {
    string[] parts = step.TrimEnd(']').Split('[');
    object value = owner.GetType().GetProperty(parts[0]).GetValue(owner, null);
    if (parts.Length == 1) return value;
    var index = new object[] { int.Parse(parts[1], CultureInfo.InvariantCulture) };
    return value.GetType().GetProperty("Item").GetValue(value, index);
  }

  internal object Get() {
    return Unwrapped(() => property.GetValue(owner, null));
  }

  internal void Set(string value) {
    Unwrapped(() => {
      property.SetValue(owner, Convert(value, property.PropertyType), null);
      return null;
    });
  }

  private static object Unwrapped(Func<object> access) {
    try {
      return access();
    } catch (TargetInvocationException failure) {
      ExceptionDispatchInfo.Capture(failure.InnerException).Throw();
      throw;
    }
  }

  internal static object Convert(string text, Type type) {
    if (type == typeof(byte[])) return System.Convert.FromBase64String(text);
    if (type.IsEnum) return Enum.Parse(type, text);
    return System.Convert.ChangeType(text, type, CultureInfo.InvariantCulture);
  }
}

}
