import static java.nio.charset.StandardCharsets.UTF_8;

import coffer.CofferException;
import coffer.cloudbackup.Office365backup;
import coffer.threeds.Certificate;
import coffer.threeds.Client;
import coffer.threeds.Proxy;
import java.nio.file.Path;

/** Values of every kind on their way through, and what does not fit. */
public final class Values {
  private Values() {}

  public static void main(String[] arguments) throws Exception {
    Cases.run(Values.class);
  }

  public static void anyTextComesBackAsItWas() {
    try (Office365backup backup = new Office365backup()) {
      StringBuilder all = new StringBuilder();
      for (int point = 1; point <= Character.MAX_CODE_POINT; point += point < 0x3000 ? 1 : 97) {
        if (point < 0xD800 || point > 0xDFFF) {
          all.appendCodePoint(point);
        }
      }
      for (String text : new String[] {"", "a", "ü", "\uFFFF", "😀", "a😀b", all.toString()}) {
        backup.setFilter(text);
        Cases.equal(text, backup.getFilter());
      }
    }
  }

  public static void textThatIsNoTextIsRefusedAndChangesNothing() {
    try (Office365backup backup = new Office365backup()) {
      backup.setFilter("before");
      for (String text : new String[] {"a\0b", "\uD83D", "\uDE00", "\uDE00\uD83D", "x\uD83Dy"}) {
        Cases.fails(713, () -> backup.setFilter(text));
        Cases.equal("before", backup.getFilter());
      }
    }
  }

  public static void nullCountsAsEmpty() {
    try (Client client = new Client()) {
      client.setRequestorAppURL("https://app.example/");
      client.setRequestorAppURL(null);
      Cases.equal("", client.getRequestorAppURL());
      client.setACSRootCertCount(1);
      client.setACSRootCertEncodedB(0, new byte[] {1});
      client.setACSRootCertEncodedB(0, null);
      Cases.equal(new byte[0], client.getACSRootCertEncodedB(0));
    }
  }

  public static void octetsComeBackAsTheyWere() {
    byte[] all = new byte[256];
    for (int value = 0; value < all.length; ++value) {
      all[value] = (byte) value;
    }
    try (Client client = new Client()) {
      client.getDirectoryServerCert().setEncodedB(all);
      Cases.equal(all, client.getDirectoryServerCert().getEncodedB());
      client.setACSRootCertCount(2);
      client.setACSRootCertStoreB(1, all);
      Cases.equal(all, client.getACSRootCertStoreB(1));
      Cases.equal("MY", client.getACSRootCertStore(0));
      client.setACSRootCertStore(0, "grün");
      Cases.equal("grün".getBytes(UTF_8), client.getACSRootCertStoreB(0));
    }
  }

  public static void aMillionOctetsComeBack() {
    byte[] many = new byte[1 << 20];
    for (int index = 0; index < many.length; ++index) {
      many[index] = (byte) (index * 31);
    }
    try (Client client = new Client()) {
      client.getDirectoryServerCert().setEncodedB(many);
      Cases.equal(many, client.getDirectoryServerCert().getEncodedB());
    }
  }

  public static void indexesAreChecked() {
    try (Client client = new Client()) {
      Cases.fails(606, () -> client.getExtensionName(0));
      client.setExtensionCount(1);
      client.setExtensionCritical(0, true);
      Cases.equal(true, client.isExtensionCritical(0));
      for (int index : new int[] {-1, 1, Integer.MAX_VALUE, Integer.MIN_VALUE}) {
        Cases.fails(606, () -> client.getExtensionName(index));
        Cases.fails(606, () -> client.setExtensionName(index, "x"));
      }
    }
  }

  public static void objectsOfAComponentAreViews() {
    try (Client client = new Client(); Client other = new Client()) {
      Proxy view = client.getProxy();
      view.setServer("proxy.example");
      Cases.equal("proxy.example", client.getProxy().getServer());
      Cases.equal("", other.getProxy().getServer());
      client.reset();
      Cases.equal("", view.getServer());
      Cases.fails(713, () -> view.setPort(65536));
      client.close();
      Cases.fails(30001, view::getServer);
      Cases.fails(30001, () -> view.setServer("x"));
    }
  }

  public static void anObjectThatStandsAloneIsCopied() {
    try (Client client = new Client()) {
      Proxy mine = new Proxy("proxy.example", 3128, "user", "secret");
      mine.setAuthScheme(Proxy.authDigest);
      client.setProxy(mine);
      Cases.equal("proxy.example", client.getProxy().getServer());
      Cases.equal(3128, client.getProxy().getPort());
      Cases.equal("user", client.getProxy().getUser());
      Cases.equal("secret", client.getProxy().getPassword());
      Cases.equal(Proxy.authDigest, client.getProxy().getAuthScheme());
      mine.setServer("other.example");
      Cases.equal("proxy.example", client.getProxy().getServer());
      client.setProxy(new Proxy());
      Cases.equal("", client.getProxy().getServer());
      Cases.equal(80, client.getProxy().getPort());
      Cases.equal("", client.getProxy().getPassword());
      client.setProxy(client.getProxy());
      mine.setPort(70000); // nothing is checked before it is somebody's
      Cases.fails(713, () -> client.setProxy(mine));
    }
    Proxy two = new Proxy("a", 1);
    Cases.equal("a", two.getServer());
    Cases.equal(1, two.getPort());
    two.setServer(null);
    Cases.equal("", two.getServer());
  }

  // A key and nothing else: what a certificate says is in Certificates.java.
  private static final String KEY = String.join("\n", "-----BEGIN PUBLIC KEY-----",
      "MCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=",
      "-----END PUBLIC KEY-----", "");

  public static void aCertificateHasItsStore() {
    Certificate empty = new Certificate();
    Cases.equal("MY", empty.getStore());
    Cases.equal("", empty.getEncoded());
    byte[] data = KEY.getBytes(UTF_8);
    Certificate made = new Certificate(data);
    Cases.equal(Certificate.cstPublicKeyBlob, made.getStoreType());
    data[0] = 9; // a copy was taken
    Cases.equal(KEY, made.getStore());
    made.getStoreB()[0] = 7;
    Cases.equal(KEY, made.getStore());
    made.setStore(null);
    Cases.equal("", made.getStore());
    Cases.fails(271, () -> new Certificate(new byte[] {1, 2, 3}));
    Cases.fails(271, () -> new Certificate("no such file"));
    Cases.fails(270, () -> new Certificate(Certificate.cstUser, "MY", "", "CN=me"));
    Cases.fails(713, () -> new Certificate(9, KEY, "", "*", "Thumbprint=00"));
    Cases.fails(714, () -> new Certificate(9, KEY, "", "*", "PersistPFXKey=True\r\nOther=1"));
    new Certificate(9, KEY, "", "*", "\nPersistPFXKey=False\r\n  UseInternalSecurityAPI=True\n");
    new Certificate(9, KEY, "", "*", null);
  }

  public static void aCertificateIsSetAsAWhole() {
    try (Client client = new Client()) {
      client.setDirectoryServerCert(new Certificate(9, KEY, "secret", "*"));
      Cases.equal(KEY, client.getDirectoryServerCert().getStore());
      Cases.equal(Certificate.cstPublicKeyBlob, client.getDirectoryServerCert().getStoreType());
      Cases.equal("secret", client.getDirectoryServerCert().getStorePassword());
      client.setDirectoryServerCert(new Certificate());
      Cases.equal("MY", client.getDirectoryServerCert().getStore());
      Cases.equal("", client.getDirectoryServerCert().getStorePassword());
    }
  }

  public static void whatCannotBeSetSaysSo() {
    try (Client client = new Client()) {
      String text = Cases.fails(713, () -> client.getSSLServerCert().setStore("x"));
      Cases.check(text.contains("SSLServerCert.Store") && text.contains("read-only"), text);
      Certificate odd = new Certificate();
      odd.setKeyPassword("x");
      text = Cases.fails(713, () -> client.setDirectoryServerCert(odd));
      Cases.check(text.contains("DirectoryServerCert.KeyPassword"), text);
    }
  }

  public static void valuesAreCheckedWhereTheyAreSet() {
    try (Office365backup backup = new Office365backup()) {
      Cases.fails(713, () -> backup.setMaxConnections(0));
      Cases.equal(5, backup.getMaxConnections());
      backup.setMaxConnections(Integer.MAX_VALUE);
      Cases.equal(Integer.MAX_VALUE, backup.getMaxConnections());
      Cases.fails(714, () -> backup.config("NoSuchSetting"));
      Cases.equal("7", backup.config("maxretrycount=7"));
      Cases.equal("7", backup.config("MaxRetryCount"));
      Cases.fails(703, () -> {
        backup.setStartDate("no date");
        backup.setAuthorization("Bearer x");
        backup.setDataFolder(Path.of(System.getProperty("java.io.tmpdir"), "none").toString());
        backup.startBackup();
      });
    }
  }

  public static void whatIsClosedAnswers30001() {
    Office365backup backup = new Office365backup();
    backup.close();
    backup.close();
    Cases.fails(30001, backup::getDataFolder);
    Cases.fails(30001, () -> backup.setDataFolder("x"));
    Cases.fails(30001, () -> backup.config("GraphURL"));
    Cases.fails(30001, backup::doEvents);
    Cases.fails(30001, backup::startBackup);
    Cases.fails(30001, backup::abortBackup);
    Cases.fails(30001, () -> backup.getOAuth().getClientId());
  }

  public static void theVersionIsThatOfTheJar() {
    Cases.equal(System.getProperty("expected.version"), Office365backup.getVersion());
    Cases.equal(System.getProperty("expected.version"), Client.getVersion());
  }

  public static void anExceptionTellsItsCode() {
    CofferException failure = new CofferException(143, "busy");
    Cases.equal(143, failure.getCode());
    Cases.equal("busy", failure.getMessage());
  }
}
