import static java.nio.charset.StandardCharsets.UTF_8;

import coffer.cloudbackup.Certificate;
import coffer.cloudbackup.Office365backup;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;

/** Opens every store of FOLDER/stores.tsv in each documented way and tells all fields. */
public final class Certificates {
  private Certificates() {}

  public static void main(String[] arguments) throws Exception {
    List<String> rows = Files.readAllLines(Path.of(arguments[0], "stores.tsv"));
    try (Office365backup backup = new Office365backup()) {
      for (int row = 0; row < rows.size(); ++row) {
        open(row, rows.get(row).split("\t", -1), backup);
      }
    }
  }

  private static void open(int row, String[] cells, Office365backup backup) throws Exception {
    String file = cells[0];
    String password = cells[3];
    String digits = cells[4];
    int type = Integer.parseInt(cells[1]);
    byte[] octets = Files.readAllBytes(Path.of(file));
    Certificate alone = new Certificate(type, file, password, "*");
    tell(row, "file", alone);
    tell(row, "blob", new Certificate(Integer.parseInt(cells[2]), octets, password, "*"));
    backup.setSSLCert(alone);
    tell(row, "component", backup.getSSLCert());
    Cases.fails(272, () -> new Certificate(type, file, password, "CN=nobody"));
    if (!digits.isEmpty()) {
      String spelled = digits.toUpperCase().replaceAll("..(?!$)", "$0:");
      tell(row, "thumbprint", new Certificate(type, file, password, "CN=nobody",
          "PersistPFXKey=True\r\nthumbprint=" + spelled));
      tell(row, "encoded", new Certificate(type, octets(file), password, alone.getEncodedB()));
      Cases.fails(272, () -> new Certificate(type, file, password, "*",
          "Thumbprint=" + "00".repeat(20)));
    }
    if (!password.isEmpty()) {
      Cases.fails(273, () -> new Certificate(type, file, "wrong", "*"));
    }
  }

  private static byte[] octets(String text) {
    return text.getBytes(UTF_8);
  }

  private static void tell(int row, String way, Certificate certificate) throws Exception {
    for (Method method : Certificate.class.getMethods()) {
      if (method.getDeclaringClass() != Certificate.class || method.getParameterCount() > 0) {
        continue;
      }
      Object value = method.invoke(certificate);
      byte[] told = value instanceof byte[] ? (byte[]) value : octets(value.toString());
      String field = method.getName().replaceFirst("^(get|is)", "").toLowerCase();
      System.out.println(row + "|" + way + "|" + field + "|"
          + Base64.getEncoder().encodeToString(told));
    }
  }
}
