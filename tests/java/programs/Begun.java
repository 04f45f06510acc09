import static java.nio.charset.StandardCharsets.UTF_8;

import coffer.threeds.Client;

/** A payment that has begun, so that an answer to it can be wrong. */
final class Begun {
  /** Of nobody; its key is gone. */
  private static final String CERTIFICATE = """
      -----BEGIN CERTIFICATE-----
      MIIBpzCCAU2gAwIBAgIUXKpsHORPwynTaqgpy94tChCoSNowCgYIKoZIzj0EAwIw
      KDEmMCQGA1UEAwwdRGlyZWN0b3J5IHNlcnZlciBvZiB0aGUgdGVzdHMwIBcNMjYx
      MTIyMTYwMzI5WhgPMjEyNjEwMjkxNjAzMjlaMCgxJjAkBgNVBAMMHURpcmVjdG9y
      eSBzZXJ2ZXIgb2YgdGhlIHRlc3RzMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE
      uyyyNXjFykzkZV3MDN6XLlfPup5hBMFrP9WSsqtkFN1C+LFU7y/WNh7nj+itzwqb
      u8zEvIrF+IoHmYbx0LchnKNTMFEwHQYDVR0OBBYEFNvJnW5UFiRH9m+d7RtQoWs7
      Mm1NMB8GA1UdIwQYMBaAFNvJnW5UFiRH9m+d7RtQoWs7Mm1NMA8GA1UdEwEB/wQF
      MAMBAf8wCgYIKoZIzj0EAwIDSAAwRQIhAMQniQ9KtDwLMDR6YNVzIEe8UOD6AH1m
      ZdnC3OoZhUoeAiBmqubtQfEtfMu8ROnc3egRJvDwT1Rh9o67TEjI4FvVBA==
      -----END CERTIFICATE-----
      """;

  private Begun() {}

  static Client client() {
    Client client = new Client();
    client.setMessageVersion("2.2.0");
    client.setSDKAppId("b2385523-a66c-4907-ac3c-91848e8c0067");
    client.config("SDKReferenceNumber=3DS_LOA_SDK_COFFER_0001");
    client.setDirectoryServerId("A000000003");
    client.getDirectoryServerCert().setEncodedB(CERTIFICATE.getBytes(UTF_8));
    client.getAuthRequest();
    return client;
  }
}
