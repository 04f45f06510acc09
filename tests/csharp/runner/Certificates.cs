using System;
using System.IO;
using System.Reflection;
using System.Text;
using Coffer.CloudBackup;

namespace CofferTests {

// Opens every store of FOLDER/stores.tsv in each documented way and tells all fields.
internal static class Certificates {
  private static void Stores(string[] arguments) {
    string[] rows = File.ReadAllLines(Path.Combine(arguments[0], "stores.tsv"));
    using (var backup = new Office365Backup()) {
      for (int row = 0; row < rows.Length; row++) Open(row, rows[row].Split('\t'), backup);
    }
  }

  private static void Open(int row, string[] cells, Office365Backup backup) {
    string file = cells[0], password = cells[3], digits = cells[4];
    var type = (CertStoreTypes)int.Parse(cells[1]);
    byte[] octets = File.ReadAllBytes(file);
    var alone = new Certificate(type, file, password, "*");
    Tell(row, "file", alone);
    Tell(row, "blob",
         new Certificate((CertStoreTypes)int.Parse(cells[2]), octets, password, "*"));
    backup.SSLCert = alone;
    Tell(row, "component", backup.SSLCert);
    Check.Fails(272, () => new Certificate(type, file, password, "CN=nobody"));
    if (digits != "") {
      Tell(row, "thumbprint",
           new Certificate(type, file, password, "CN=nobody",
                           "PersistPFXKey=True\r\nthumbprint=" + digits.ToUpperInvariant()));
      Tell(row, "encoded", new Certificate(type, file, password, alone.EncodedB));
      Check.Fails(272, () => new Certificate(type, file, password, "*",
                                             "Thumbprint=" + new string('0', 40)));
    }
    if (password != "") Check.Fails(273, () => new Certificate(type, file, "wrong", "*"));
  }

  private static void Tell(int row, string way, Certificate certificate) {
    foreach (PropertyInfo property in typeof(Certificate).GetProperties()) {
      object value = property.GetValue(certificate, null);
      string text = value is bool ? value.ToString().ToLowerInvariant() : value.ToString();
      if (value is Enum) text = Convert.ToInt32(value).ToString();
      byte[] told = value as byte[] ?? Encoding.UTF8.GetBytes(text);
      Console.WriteLine(row + "|" + way + "|" + property.Name.ToLowerInvariant() + "|"
                        + Convert.ToBase64String(told));
    }
  }
}

}
