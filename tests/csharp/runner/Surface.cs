using System;
using System.Collections;
using System.Collections.Generic;
using System.Reflection;

namespace CofferTests {

// The public surface of the assembly as JSON, for the comparison with the description.
internal static class Surface {
  internal static object Describe() {
    var types = new List<object>();
    foreach (Type type in typeof(Coffer.CofferException).Assembly.GetExportedTypes()) {
      types.Add(type.IsEnum ? DescribeEnum(type) : DescribeClass(type));
    }
    return types;
  }

  private static object DescribeEnum(Type type) {
    var values = new Members();
    foreach (object value in Enum.GetValues(type)) {
      values[value.ToString()] = Convert.ToInt64(value);
    }
    return new Members {
      { "name", type.FullName }, { "kind", "enum" }, { "values", values },
      { "flags", type.IsDefined(typeof(FlagsAttribute), false) },
    };
  }

  private static object DescribeClass(Type type) {
    const BindingFlags Declared = BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static
                                  | BindingFlags.DeclaredOnly;
    object instance = Instance(type);
    var properties = new List<object>();
    foreach (PropertyInfo property in type.GetProperties(Declared)) {
      properties.Add(DescribeProperty(property, instance));
    }
    var methods = new List<object>();
    foreach (MethodInfo method in type.GetMethods(Declared)) {
      if (method.IsSpecialName) continue;
      methods.Add(new object[] { method.Name, method.ReturnType.ToString(), Parameters(method) });
    }
    var constructors = new List<object>();
    foreach (ConstructorInfo made in type.GetConstructors()) constructors.Add(Parameters(made));
    var events = new List<object>();
    foreach (EventInfo info in type.GetEvents(Declared)) {
      Type args = info.EventHandlerType.GetGenericArguments()[0];
      events.Add(new object[] { info.Name, args.FullName });
    }
    if (instance is IDisposable) ((IDisposable)instance).Dispose();
    return new Members {
      { "name", type.FullName }, { "kind", "class" }, { "properties", properties },
      { "methods", methods }, { "constructors", constructors }, { "events", events },
      { "disposable", typeof(IDisposable).IsAssignableFrom(type) },
    };
  }

  private static object Instance(Type type) {
    bool plain = !type.IsGenericType && type.GetConstructor(Type.EmptyTypes) != null;
    return plain ? Activator.CreateInstance(type) : null;
  }

  private static object DescribeProperty(PropertyInfo property, object instance) {
    bool settable = property.GetSetMethod() != null;
    object value = null;
    if (instance != null && property.GetIndexParameters().Length == 0) {
      value = property.GetValue(instance, null);
      if (IsObject(value)) value = Members(value);
      if (IsList(value)) value = null;
    }
    return new object[] {
      property.Name, property.PropertyType.ToString(), settable ? "rw" : "ro", value,
    };
  }

  private static bool IsObject(object value) {
    return value != null && value.GetType().Namespace.StartsWith("Coffer")
           && !(value is Enum) && !(value is IEnumerable);
  }

  private static bool IsList(object value) {
    return value != null && value.GetType().Name.Contains("ItemList");
  }

  private static object Members(object value) {
    var members = new Members();
    foreach (PropertyInfo property in value.GetType().GetProperties()) {
      members[property.Name] = property.GetValue(value, null);
    }
    return members;
  }

  private static object Parameters(MethodBase method) {
    var parameters = new List<object>();
    foreach (ParameterInfo parameter in method.GetParameters()) {
      parameters.Add(new object[] { parameter.Name, parameter.ParameterType.ToString() });
    }
    return parameters;
  }
}

}
