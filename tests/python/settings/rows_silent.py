"""Rows of the settings that have no effect on this platform (the contract's closed list)."""

from __future__ import annotations

from table import CLIENT, Section

rows = Section()

rows.without_effect("AllowNTLMFallback", default="False", value="True", invalid="perhaps",
                    reason="the service knows tokens alone: nothing is negotiated with it")
rows.without_effect("Append", default="False", value="True", invalid="perhaps",
                    reason="there is no LocalFile: a message's file is whole or not there")
rows.without_effect("EncodeURL", default="False", value="True", invalid="perhaps",
                    reason="every address that the class makes is encoded already")
rows.without_effect("HTTP2HeadersWithoutIndexing", default="", value="authorization",
                    any_text="a list of names, none of which is used",
                    reason="the HTTP library decides which fields it indexes")
rows.without_effect("KerberosSPN", default="", value="HTTP/graph.example",
                    any_text="a name that nothing asks for",
                    reason="the service knows tokens alone, no Kerberos")
rows.without_effect("MaxHeaders", default="-1", value="1", invalid=("x", "2147483648"),
                    reason="TransferredHeaders has all of the last reply")
rows.without_effect("MaxHTTPCookies", default="-1", value="1", invalid=("x", "2147483648"),
                    reason="the class keeps no cookies")
rows.without_effect("UsePlatformDeflate", default="True", value="False", invalid="perhaps",
                    reason="there is one implementation")
rows.without_effect("UsePlatformHTTPClient", default="False", value="True", invalid="perhaps",
                    reason="there is one HTTP client")
rows.without_effect("CloseStreamAfterTransfer", default="True", value="False", invalid="perhaps",
                    reason="no stream of the user's is ever open")
rows.without_effect("FirewallListener", default="False", value="True", invalid="perhaps",
                    reason="the class makes connections and takes none")
rows.without_effect("MaxLineLength", default="2048", value="300", invalid=("255", "x"),
                    reason="replies are not read by lines")
rows.without_effect("UseNTLMv2", default="False", value="True", invalid="perhaps",
                    reason="version 2 is used whenever it is offered")
rows.without_effect("SSLContextProtocol", default="", value="TLSv1",
                    any_text="a word of Java's, for Java's TLS",
                    reason="there is no SSLContext; SSLEnabledProtocols chooses versions")
rows.without_effect("SSLTrustManagerFactoryAlgorithm", default="", value="PKIX",
                    any_text="a word of Java's, for Java's TLS",
                    reason="there is no TrustManagerFactory")
rows.without_effect("OpenSSLPrngSeedData", of=CLIENT, default="", value="seed",
                    any_text="any octets could be a seed",
                    reason="the TLS library seeds itself from the system")
rows.without_effect("SSLClientCACerts", of=CLIENT, default="", value="any",
                    any_text="certificates for a server's part, which the class never plays",
                    reason="the class is never a TLS server")
