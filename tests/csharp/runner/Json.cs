using System;
using System.Collections;
using System.Collections.Generic;
using System.Globalization;
using System.Text;

namespace CofferTests {

// The members of an object.
internal sealed class Members : Dictionary<string, object> { }

// Values as JSON text, which is all that the tests need of it.
internal static class Json {
  internal static string Of(object value) {
    var text = new StringBuilder();
    Write(text, value);
    return text.ToString();
  }

  private static void Write(StringBuilder text, object value) {
    if (value == null) text.Append("null");
    else if (value is bool) text.Append((bool)value ? "true" : "false");
    else if (value is Enum) text.Append(Convert.ToInt64(value));
    else if (value is byte[]) WriteText(text, Convert.ToBase64String((byte[])value));
    else if (value is string) WriteText(text, (string)value);
    else if (value is Members) WriteObject(text, (Members)value);
    else if (value is IEnumerable) WriteArray(text, (IEnumerable)value);
    else text.Append(Convert.ToString(value, CultureInfo.InvariantCulture));
  }

  private static void WriteObject(StringBuilder text, Members members) {
    string separator = "{";
    foreach (KeyValuePair<string, object> member in members) {
      text.Append(separator);
      WriteText(text, member.Key);
      text.Append(':');
      Write(text, member.Value);
      separator = ",";
    }
    text.Append(members.Count == 0 ? "{}" : "}");
  }

  private static void WriteArray(StringBuilder text, IEnumerable items) {
    string separator = "";
    text.Append('[');
    foreach (object item in items) {
      text.Append(separator);
      Write(text, item);
      separator = ",";
    }
    text.Append(']');
  }

  private static void WriteText(StringBuilder text, string value) {
    text.Append('"');
    foreach (char unit in value) {
      if (unit >= ' ' && unit < 0x7F && unit != '"' && unit != '\\') text.Append(unit);
      else text.Append("\\u").Append(((int)unit).ToString("x4"));
    }
    text.Append('"');
  }
}

}
