// The rows of threeds_crypto.py by `jose` of npm, on the same payloads. Prints name and microseconds
// of processor time (all threads) for one call.
//
//   node threeds_jose.mjs NODE_MODULES FOLDER
import { readFileSync } from "node:fs";
import { X509Certificate } from "node:crypto";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const [modules, folder] = process.argv.slice(2);
const require = createRequire(`${modules}/`);
const jose = await import(pathToFileURL(require.resolve("jose")).href);

const read = (name) => readFileSync(`${folder}/${name}`, "utf8");
const octets = (name) => new Uint8Array(readFileSync(`${folder}/${name}`));
const cek = octets("cek");
const [creq, device] = [octets("creq.json"), octets("device.json")];
const kid = "d7c1ee99-9478-44a6-b1f2-391e29c6b340";
const dsRsa = await jose.importSPKI(read("ds_rsa.pem"), "RSA-OAEP-256");
const dsEc = await jose.importSPKI(read("ds_ec.pem"), "ECDH-ES");

const seal = (enc, key) => () =>
  new jose.CompactEncrypt(creq).setProtectedHeader({ alg: "dir", enc, kid }).encrypt(key);
const open = (name, key) => {
  const compact = read(name);
  return () => jose.compactDecrypt(compact, key);
};
// jose verifies no chains; node's X509Certificate does it step by step.
const signed = (name, alg, rootName) => {
  const compact = read(name);
  const rootPem = read(rootName);
  const root = new X509Certificate(rootPem);
  return async () => {
    const { x5c } = jose.decodeProtectedHeader(compact);
    const [leaf, intermediate] = x5c.map((one) => new X509Certificate(Buffer.from(one, "base64")));
    const now = Date.now();
    for (const one of [leaf, intermediate, root]) {
      if (now < Date.parse(one.validFrom) || now > Date.parse(one.validTo)) throw new Error("time");
    }
    if (!leaf.verify(intermediate.publicKey) || !intermediate.verify(root.publicKey)) {
      throw new Error("chain");
    }
    await jose.compactVerify(compact, leaf.publicKey, { algorithms: [alg] });
  };
};
const encrypt = (alg, key) => () =>
  new jose.CompactEncrypt(device)
    .setProtectedHeader({ alg, enc: "A128CBC-HS256", kid: "kid" })
    .encrypt(key);

const rows = {
  creq_seal_cbc: seal("A128CBC-HS256", cek),
  creq_seal_gcm: seal("A128GCM", cek.slice(0, 16)),
  cres_open_cbc: open("cres_cbc.jwe", cek),
  cres_open_gcm: open("cres_gcm.jwe", cek.slice(16)),
  signed_es256: signed("es256.jws", "ES256", "ec_root.pem"),
  signed_ps256: signed("ps256.jws", "PS256", "rsa_root.pem"),
  encdata_rsa: encrypt("RSA-OAEP-256", dsRsa),
  encdata_ec: encrypt("ECDH-ES", dsEc),
  keygen: () => jose.generateKeyPair("ECDH-ES", { crv: "P-256" }),
};

const spent = () => {
  const { user, system } = process.cpuUsage();
  return user + system;
};
for (const [name, call] of Object.entries(rows)) {
  for (let i = 0; i < 200; ++i) await call(); // the compiler of the engine comes first
  let calls = 1;
  for (;;) {
    const begin = spent();
    for (let i = 0; i < calls; ++i) await call();
    const time = spent() - begin;
    if (time >= 200_000) {
      console.log(`${name}\t${time / calls}`);
      break;
    }
    calls *= 2;
  }
}
