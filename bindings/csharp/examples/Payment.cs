// Pays with a card that asks for a code. The merchant's side, which talks to a 3DS Server, is
// another program: this one prints what goes there after "3DS Server: ", and reads its answer, one
// line each.
//
//     Payment CONFIGURATION
//
// CONFIGURATION is a file of lines `name value`: directory_server_id, directory_server_key_id,
// directory_server_cert and acs_root_cert (names of PEM files), ca (of the ACS's server).
using System;
using System.Collections.Generic;
using System.IO;
using Coffer;
using Coffer.ThreeDS;

internal static class Payment {
  private static int Main(string[] arguments) {
    if (arguments.Length != 1) {
      Console.WriteLine("Payment CONFIGURATION");
      return 2;
    }
    using (var client = new Client()) {
      try {
        SetUp(client, arguments[0]);
        Console.WriteLine("3DS Server: " + client.GetAuthRequest());
        client.CheckAuthResponse(Console.ReadLine() ?? "");
        while (client.TransactionStatus == "C") {
          client.SendChallengeRequest();
          if (!client.ChallengeComplete) Answer(client);
        }
      } catch (CofferException error) {
        Console.WriteLine("The payment failed: " + error.Message + " (" + error.Code + ")");
        return 1;
      }
      Console.WriteLine("transStatus: " + client.TransactionStatus);
      return client.TransactionStatus == "Y" || client.TransactionStatus == "A" ? 0 : 1;
    }
  }

  private static void SetUp(Client client, string file) {
    var given = new Dictionary<string, string>();
    foreach (string line in File.ReadAllLines(file)) {
      string[] words = line.Split(new[] { ' ' }, 2);
      if (words.Length == 2) given[words[0]] = words[1];
    }
    client.MessageVersion = "2.2.0";
    client.SDKAppId = "b2385523-a66c-4907-ac3c-91848e8c0067";
    client.Config("SDKReferenceNumber=3DS_LOA_SDK_COFFER_0001");
    client.Config("SSLServerCACerts=" + File.ReadAllText(given["ca"]));
    client.DirectoryServerId = given["directory_server_id"];
    client.DirectoryServerKeyId = given["directory_server_key_id"];
    client.DirectoryServerCert = new Certificate(given["directory_server_cert"]);
    client.ACSRootCerts.Add(new Certificate(given["acs_root_cert"]));
    client.AddDeviceParam("C001", "Android", 2, 1);
  }

  // Shows a screen on the terminal, and asks.
  private static void Answer(Client client) {
    Console.WriteLine(client.ChallengeInfoHeader);
    Console.WriteLine(client.ChallengeInfoText);
    foreach (ChallengeSelectInfo choice in client.ChallengeSelectInfo) {
      Console.WriteLine("  " + choice.Name + ": " + choice.Value);
    }
    switch (client.ACSUIType) {
      case 4:
        Console.WriteLine("Authenticate elsewhere, then press Enter.");
        Console.ReadLine();
        client.OOBContinuationIndicator = 1;
        break;
      case 5:
      case 6:
        client.ChallengeDataEntry = "code=" + (Console.ReadLine() ?? "");
        break;
      case 7:
        client.UseInformationContinuation = true;
        break;
      default:
        client.ChallengeDataEntry = Console.ReadLine() ?? "";
        break;
    }
  }
}
