import static java.nio.charset.StandardCharsets.UTF_8;

import coffer.CofferException;
import coffer.threeds.Client;
import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/**
 * Pays with a card that may ask for a code, at a sandbox: {@code python -m coffer.sandbox
 * --ready-file sandbox.json}, then {@code java -cp coffer.jar Payment.java sandbox.json [CARD]}.
 * CARD is a name that the sandbox knows (text, single, oob, html, frictionless-Y); the code of its
 * screens is 123456.
 */
public final class Payment {
  private final Client client;
  private final String sandbox;
  private final BufferedReader keyboard =
      new BufferedReader(new InputStreamReader(System.in, UTF_8));

  private Payment(Client client, String sandbox) {
    this.client = client;
    this.sandbox = sandbox;
  }

  /** A text of the sandbox's description, which is JSON. */
  private String told(String name) {
    Matcher found = Pattern.compile("\"" + name + "\":\\s*\"((?:[^\"\\\\]|\\\\.)*)\"")
        .matcher(sandbox);
    if (!found.find()) {
      throw new IllegalArgumentException("The sandbox says nothing of " + name);
    }
    return found.group(1).replace("\\n", "\n").replace("\\/", "/");
  }

  private void prepare(String authority) {
    client.setMessageVersion("2.2.0");
    client.setSDKAppId("b2385523-a66c-4907-ac3c-91848e8c0067");
    client.config("SDKReferenceNumber=3DS_LOA_SDK_COFFER_0001");
    client.config("SSLServerCACerts=" + authority);
    client.setDirectoryServerId(told("directory_server_id"));
    client.setDirectoryServerKeyId(told("directory_server_key_id"));
    client.getDirectoryServerCert().setEncoded(told("directory_server_cert"));
    client.setACSRootCertCount(1);
    client.setACSRootCertEncoded(0, told("acs_root_cert"));
    client.addDeviceParam("C001", "Android", 2, 1);
  }

  /** What the merchant's server does with the app's text. */
  private String authenticate(String request, String card, String authority)
      throws IOException, InterruptedException, GeneralSecurityException {
    KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
    store.load(null, null);
    store.setCertificateEntry("sandbox", CertificateFactory.getInstance("X.509")
        .generateCertificate(new ByteArrayInputStream(authority.getBytes(UTF_8))));
    TrustManagerFactory trust =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trust.init(store);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, trust.getTrustManagers(), null);
    String body = "{\"authRequest\": " + request + ", \"cardNumber\": \"" + told(card) + "\"}";
    return HttpClient.newBuilder().sslContext(context).build().send(
        HttpRequest.newBuilder(URI.create(told("server_url")))
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(body)).build(),
        HttpResponse.BodyHandlers.ofString()).body();
  }

  /** Shows a screen on the terminal, and asks. */
  private void answer() throws IOException {
    System.out.println(client.getChallengeInfoHeader());
    System.out.println(client.getChallengeInfoText());
    int screen = client.getACSUIType();
    if (screen == 4) {
      System.out.print("Authenticate elsewhere, then press Enter: ");
      keyboard.readLine();
      client.setOOBContinuationIndicator(1);
    } else if (screen == 7) {
      client.setUseInformationContinuation(true);
    } else {
      for (int i = 0; i < client.getChallengeSelectInfoCount(); ++i) {
        System.out.println("  " + client.getChallengeSelectInfoName(i) + ": "
            + client.getChallengeSelectInfoValue(i));
      }
      System.out.print(client.getChallengeInfoLabel() + " > ");
      String entry = keyboard.readLine();
      client.setChallengeDataEntry(screen > 4 ? "code=" + entry : entry);
    }
  }

  private String pay(String card) throws Exception {
    String authority = Files.readString(Path.of(told("ca_file")));
    prepare(authority);
    client.checkAuthResponse(authenticate(client.getAuthRequest(), card, authority));
    while (client.getTransactionStatus().equals("C")) {
      client.sendChallengeRequest();
      if (!client.isChallengeComplete()) {
        answer();
      }
    }
    return client.getTransactionStatus();
  }

  public static void main(String[] arguments) throws Exception {
    String sandbox = Files.readString(Path.of(arguments[0]));
    try (Client client = new Client()) {
      String card = arguments.length > 1 ? arguments[1] : "text";
      String status = new Payment(client, sandbox.substring(sandbox.indexOf("\"threeds\"")))
          .pay(card);
      System.out.println("transStatus: " + status);
      if (!status.equals("Y") && !status.equals("A")) {
        System.exit(1);
      }
    } catch (CofferException failure) {
      System.out.printf("The payment failed: %s (%d)%n", failure.getMessage(), failure.getCode());
      System.exit(1);
    }
  }
}
