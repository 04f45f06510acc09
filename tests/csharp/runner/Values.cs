using System;
using System.Reflection;
using Coffer;
using Coffer.CloudBackup;
using Coffer.ThreeDS;

namespace CofferTests {

// Texts, octets, numbers, views and objects of their own.
internal static class Values {
  private static void Texts(string[] _) {
    using (var backup = new Office365Backup()) {
      foreach (string text in new[] { "", "a", "ä€😀", "\u0001\t", new string('x', 100000) }) {
        backup.DataFolder = text;
        Check.Equal(text, backup.DataFolder);
      }
      foreach (string text in new[] { "a\0b", "\uD83D", "x\uDE00y", "\uDE00\uD83D" }) {
        backup.DataFolder = "kept";
        Check.Fails(713, () => backup.DataFolder = text);
        Check.Equal("kept", backup.DataFolder);
        Check.Fails(713, () => backup.Config(text));
      }
      backup.DataFolder = null;
      Check.Equal("", backup.DataFolder);
    }
  }

  private static void Numbers(string[] _) {
    using (var backup = new Office365Backup()) {
      backup.MaxConnections = int.MaxValue;
      Check.Equal(int.MaxValue, backup.MaxConnections);
      Check.Fails(713, () => backup.MaxConnections = 0);
      Check.Fails(713, () => backup.Proxy.Port = 65536);
      Check.Fails(713, () => backup.OAuth.GrantType = (OAuthGrantTypes)9);
      Check.Fails(714, () => backup.Config("NoSuchSetting"));
      backup.Firewall.FirewallType = FirewallTypes.fwSOCKS5;
      Check.Equal(1080, backup.Firewall.Port);
      Check.Equal(FirewallTypes.fwSOCKS5, backup.Firewall.FirewallType);
    }
  }

  private static void Octets(string[] _) {
    using (var client = new Client()) {
      var octets = new byte[256];
      for (int at = 0; at < 256; at++) octets[at] = (byte)at;
      client.DirectoryServerCert.StoreB = octets;
      Check.Equal(Json.Of(octets), Json.Of(client.DirectoryServerCert.StoreB));
      client.DirectoryServerCert.Store = "ä.pem";
      Check.Equal("ä.pem", client.DirectoryServerCert.Store);
      Check.Equal(Json.Of(new byte[] { 0xC3, 0xA4, 0x2E, 0x70, 0x65, 0x6D }),
                  Json.Of(client.DirectoryServerCert.StoreB));
      client.DirectoryServerCert.EncodedB = new byte[0];
      Check.Equal(0, client.DirectoryServerCert.EncodedB.Length);
      Check.Equal("", client.DirectoryServerCert.Encoded);
    }
  }

  // A view shows the component; an object of its own is copied when it is assigned.
  private static void Views(string[] _) {
    using (var backup = new Office365Backup()) {
      Coffer.CloudBackup.Proxy view = backup.Proxy;
      backup.Proxy.Server = "one";
      Check.Equal("one", view.Server);
      var own = new Coffer.CloudBackup.Proxy("two", 8080, "me", "secret");
      backup.Proxy = own;
      Check.Equal("two", view.Server);
      Check.Equal(8080, view.Port);
      Check.Equal("me", view.User);
      Check.Equal("secret", view.Password);
      own.Server = "three";
      Check.Equal("two", view.Server);
      backup.Proxy = backup.Proxy;
      Check.Equal("secret", view.Password);
      own = new Coffer.CloudBackup.Proxy("five", 1);
      own.AuthScheme = Coffer.CloudBackup.ProxyAuthSchemes.authDigest;
      own.User = "you";
      backup.Proxy = own;  // the scheme clears User, so it must be set before
      Check.Equal("you", view.User);
      Check.Equal(Coffer.CloudBackup.ProxyAuthSchemes.authDigest, view.AuthScheme);
      Check.Throws<ArgumentNullException>(() => backup.Proxy = null);
      Check.That(typeof(Office365Backup).GetProperty("OAuth").GetSetMethod() == null, "no setter");
      Check.Fails(713, () => backup.SSLServerCert.Subject = "CN=x");
    }
  }

  private static void Lists(string[] _) {
    using (var client = new Client()) {
      Check.Equal(0, client.Extensions.Count);
      client.Extensions.Count = 2;
      client.Extensions[1].Id = "second";
      Check.Equal("second", client.Extensions[1].Id);
      client.AddExtension("third", "name", true, "{}");
      Check.Equal(3, client.Extensions.Count);
      var ids = new System.Collections.Generic.List<string>();
      foreach (Extension extension in client.Extensions) ids.Add(extension.Id);
      Check.Equal("|second|third", string.Join("|", ids));
      Check.Fails(606, () => client.Extensions[3].Id.ToString());
      Check.Fails(606, () => client.Extensions[-1].Id = "x");
      Check.Fails(713, () => client.Extensions.Count = 11);
      client.Extensions.Count = 10;
      Check.Throws<CofferException>(() => client.Extensions.Add(new Extension()));
      Check.Equal(10, client.Extensions.Count);
      client.ACSRootCerts.Add(
          new Coffer.ThreeDS.Certificate(System.Text.Encoding.ASCII.GetBytes(Key)));
      Check.Equal(Key, client.ACSRootCerts[0].Store);
      Check.Equal(Coffer.ThreeDS.CertStoreTypes.cstPublicKeyBlob, client.ACSRootCerts[0].StoreType);
      Check.Fails(713, () => client.ACSRootCerts[0].KeyPassword = "x");  // not one of its fields
      var with = new Coffer.ThreeDS.Certificate { KeyPassword = "x" };
      Check.Fails(713, () => client.ACSRootCerts.Add(with));
      Check.Equal(1, client.ACSRootCerts.Count);
      Check.Equal(0, client.ChallengeSelectInfo.Count);
      Check.That(client.ChallengeSelectInfo.GetType().GetProperty("Count").GetSetMethod() == null,
                 "the choices cannot be counted out");
    }
  }

  // A key and nothing else: what a certificate says is in Certificates.cs.
  private const string Key = "-----BEGIN PUBLIC KEY-----\n"
      + "MCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=\n"
      + "-----END PUBLIC KEY-----\n";

  private static void Constructors(string[] _) {
    const Coffer.CloudBackup.CertStoreTypes Blob =
        Coffer.CloudBackup.CertStoreTypes.cstPublicKeyBlob;
    var empty = new Coffer.CloudBackup.Certificate();
    Check.Equal("MY", empty.Store);
    Check.Equal("", empty.Subject);
    byte[] octets = System.Text.Encoding.ASCII.GetBytes(Key);
    var made = new Coffer.CloudBackup.Certificate(octets);
    Check.Equal(Blob, made.StoreType);
    octets[0] = 9;
    Check.Equal(Key, made.Store);  // a copy
    Check.Fails(271, () => new Coffer.CloudBackup.Certificate(new byte[] { 0, 1, 255 }));
    Check.Fails(271, () => new Coffer.CloudBackup.Certificate("no such file"));
    Check.Fails(270, () => new Coffer.CloudBackup.Certificate(
        Coffer.CloudBackup.CertStoreTypes.cstUser, "MY", "", "CN=x"));
    new Coffer.CloudBackup.Certificate(Blob, Key, "", "*", "PersistPFXKey=True\r\n \r\n");
    new Coffer.CloudBackup.Certificate(Blob, Key, "", "*", null);
    Check.Fails(713,
        () => new Coffer.CloudBackup.Certificate(Blob, Key, "", "*", "Thumbprint=00"));
    Check.Fails(714, () => new Coffer.CloudBackup.Certificate(Blob, Key, "", "*", "Other=1"));
  }

  // Every member of a disposed component answers with 30001.
  private static void Disposed(string[] _) {
    foreach (Type type in new[] { typeof(Office365Backup), typeof(Client) }) {
      var component = (IDisposable)Activator.CreateInstance(type);
      component.Dispose();
      component.Dispose();
      int asked = 0;
      foreach (PropertyInfo property in type.GetProperties()) {
        bool simple = property.PropertyType.IsValueType || property.PropertyType == typeof(string);
        if (!simple || property.GetGetMethod().IsStatic) continue;
        Check.Fails(30001, () => Inner(() => property.GetValue(component, null)));
        asked++;
      }
      Check.That(asked > 5, "there are properties");
      foreach (MethodInfo method in type.GetMethods()) {
        if (method.DeclaringType != type || method.IsSpecialName) continue;
        if (method.Name == "Dispose") continue;
        var values = Array.ConvertAll(method.GetParameters(), parameter =>
            parameter.ParameterType == typeof(string) ? "" :
            Activator.CreateInstance(parameter.ParameterType));
        Check.Fails(30001, () => Inner(() => method.Invoke(component, values)));
      }
    }
    var backup = new Office365Backup();
    EventHandler<Office365BackupLogEventArgs> handler = delegate { };
    backup.OnLog += handler;
    Coffer.CloudBackup.Proxy view = backup.Proxy;
    backup.Dispose();
    Check.Fails(30001, () => view.Server = "x");
    Check.Fails(30001, () => backup.OnEndBackup += delegate { });
    backup.OnLog -= handler;
  }

  private static void Inner(Action call) {
    try {
      call();
    } catch (TargetInvocationException failure) {
      throw failure.InnerException;
    }
  }
}

}
