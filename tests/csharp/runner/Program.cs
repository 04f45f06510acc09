using System;
using System.Reflection;

namespace CofferTests {

// CofferTests surface | remote | TEST [ARGUMENT...]; a test is a method of a class below.
internal static class Program {
  private static readonly Type[] suites = { typeof(Values), typeof(Handlers), typeof(Lifetimes),
                                            typeof(Exits), typeof(Certificates) };

  private static int Main(string[] arguments) {
    switch (arguments[0]) {
      case "surface":
        Console.WriteLine(Json.Of(Surface.Describe()));
        return 0;
      case "remote":
        return Remote.Run(Console.In, Console.Out);
      default:
        return Test(arguments);
    }
  }

  private static int Test(string[] arguments) {
    var rest = new string[arguments.Length - 1];
    Array.Copy(arguments, 1, rest, 0, rest.Length);
    foreach (Type suite in suites) {
      MethodInfo test = suite.GetMethod(arguments[0], BindingFlags.NonPublic | BindingFlags.Static);
      if (test == null) continue;
      try {
        test.Invoke(null, new object[] { rest });
        return 0;
      } catch (TargetInvocationException failure) {
        Console.Error.WriteLine(failure.InnerException);
        return 1;
      }
    }
    Console.Error.WriteLine("there is no test " + arguments[0]);
    return 2;
  }
}

}
