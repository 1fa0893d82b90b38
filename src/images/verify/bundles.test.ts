import assert from "node:assert/strict";
import { createHash, sign } from "node:crypto";
import { test } from "node:test";
import type { CosignAttestor } from "#api/broker/image-request.ts";
import { issue, newKey, pemOf, spki, utf8 } from "#test/support/certificates.ts";
import {
  attach,
  attachBundle,
  bundleOf,
  envelopeOf,
  hashedRekord,
  keyMaterial,
  payloadFor,
  preAuthEncoding,
  signatureLayer,
  statementFor,
} from "#test/support/image-signer.ts";
import { attestationOf, attestorOf, keyAttestor, openImageBench } from "../images.fixture.ts";

const [ours, log, certificateLog] = [newKey(), newKey(), newKey()];
const pem = pemOf(ours.publicKey);
const signType = "https://sigstore.dev/cosign/sign/v1";
const bundled: Partial<CosignAttestor> = { format: "bundle" };

const keyed = (digest: string, type = signType, mediaType?: string): object =>
  bundleOf(
    statementFor(digest, type, {}, { env: "prod" }),
    ours.privateKey,
    keyMaterial(ours.publicKey),
    mediaType,
  );

for (const mediaType of [
  "application/vnd.dev.sigstore.bundle+json;version=0.1",
  "application/vnd.dev.sigstore.bundle+json;version=0.2",
  "application/vnd.dev.sigstore.bundle.v0.3+json",
]) {
  test(`a signature in a bundle holds: ${mediaType}`, async (t) => {
    const { registry, outcome } = await openImageBench(t);
    const image = registry.image("demo/app", "v1");
    attachBundle(registry, "demo/app", image, keyed(image.digest, signType, mediaType));
    assert.equal(await outcome(keyAttestor(pem, bundled)), "verified");
    assert.equal(await outcome(keyAttestor(pem, { ...bundled, annotations: { env: "prod" } })), "verified");
    assert.match(await outcome(keyAttestor(pem, { ...bundled, annotations: { env: "x" } })), /annotations/);
    assert.match(await outcome(keyAttestor(pemOf(newKey().publicKey), bundled)), /ASN\.1/);
  });
}

test("CVE-2026-39395: the type of a statement is the one that was signed, and an SBOM is no signature", async (t) => {
  const { registry, outcome } = await openImageBench(t);
  const image = registry.image("demo/app", "v1");
  attachBundle(registry, "demo/app", image, keyed(image.digest, "https://spdx.dev/Document"));
  assert.equal(
    await outcome(keyAttestor(pem, bundled)),
    "no matching signatures: a statement of type https://spdx.dev/Document is no image signature",
  );
  assert.equal(
    await outcome(keyAttestor(pem, bundled), attestationOf("https://spdx.dev/Document")),
    "verified",
  );
  assert.match(
    await outcome(keyAttestor(pem, bundled), attestationOf("https://other.example")),
    /attestations not found/,
  );
});

test("a statement about another image is none about this one", async (t) => {
  const { registry, outcome } = await openImageBench(t);
  const image = registry.image("demo/app", "v1");
  attachBundle(registry, "demo/app", image, keyed(`sha256:${"0".repeat(64)}`));
  assert.match(await outcome(keyAttestor(pem, bundled)), /no matching subject digest found/);
});

test("bundles that cannot be read do not hide one that can", async (t) => {
  const { registry, settings, outcome } = await openImageBench(t);
  settings.lifetimeMs = 0;
  const image = registry.image("demo/app", "v1");
  const [first = {}] = (envelopeOf("{}", ours.privateKey) as { signatures: object[] }).signatures;
  const broken = [
    {},
    { mediaType: "x" },
    bundleOf("{}", ours.privateKey, {}),
    {
      ...keyed(image.digest),
      dsseEnvelope: { ...envelopeOf("{}", ours.privateKey), signatures: [first, first] },
    },
    { ...keyed(image.digest), verificationMaterial: { certificate: { rawBytes: "AAAA" } } },
  ];
  for (const bundle of broken) attachBundle(registry, "demo/app", image, bundle);
  assert.match(await outcome(keyAttestor(pem, bundled)), /^no matching signatures: /);
  attachBundle(registry, "demo/app", image, keyed(image.digest));
  assert.equal(await outcome(keyAttestor(pem, bundled)), "verified");
});

test("an attestation in a bundle does not hide a signature below the tag, a signature in a bundle does", async (t) => {
  const { registry, settings, outcome } = await openImageBench(t);
  settings.lifetimeMs = 0;
  const image = registry.image("demo/app", "v1");
  const legacy = newKey();
  attach(registry, "demo/app", image.digest, "sig", [
    signatureLayer(payloadFor(image.digest), legacy.privateKey),
  ]);
  const party = keyAttestor(pemOf(legacy.publicKey), { format: "bundleOrTag" });
  attachBundle(registry, "demo/app", image, keyed(image.digest, "https://spdx.dev/Document"));
  assert.equal(await outcome(party), "verified");
  attachBundle(registry, "demo/app", image, keyed(image.digest));
  assert.match(await outcome(party), /no matching signatures/);
});

const root = issue({ name: "root", isAuthority: true });
const leaf = issue({
  name: "",
  issuer: root,
  purposes: ["1.3.6.1.5.5.7.3.3"],
  email: "ada@example.com",
  extensions: [["1.3.6.1.4.1.57264.1.8", utf8("https://accounts.example")]],
  log: certificateLog,
});

/** A proof that an entry is the only one of its log (RFC 6962), with a signed checkpoint. */
function proofOf(body: string, by = log): object {
  const leafHash = createHash("sha256")
    .update(Buffer.from([0]))
    .update(body)
    .digest();
  const note = `log.example - 1\n1\n${leafHash.toString("base64")}\n`;
  const hint = createHash("sha256").update(spki(log.publicKey)).digest().subarray(0, 4);
  const signature = Buffer.concat([hint, sign("sha256", Buffer.from(note), by.privateKey)]).toString(
    "base64",
  );
  return {
    logIndex: "0",
    treeSize: "1",
    rootHash: leafHash.toString("base64"),
    hashes: [],
    checkpoint: { envelope: `${note}\n\u2014 log.example ${signature}\n` },
  };
}

function keylessBundle(
  digest: string,
  more: { readonly proof?: object; readonly body?: string } = {},
): object {
  const payload = statementFor(digest, signType, {});
  const envelope = envelopeOf(payload, leaf.key) as { signatures: { sig: string }[] };
  const body =
    more.body ?? hashedRekord(preAuthEncoding(payload), envelope.signatures[0]?.sig ?? "", leaf.pem);
  return {
    mediaType: "application/vnd.dev.sigstore.bundle.v0.3+json",
    dsseEnvelope: envelope,
    verificationMaterial: {
      certificate: { rawBytes: leaf.certificate.raw.toString("base64") },
      tlogEntries: [
        {
          logIndex: "0",
          logId: { keyId: createHash("sha256").update(spki(log.publicKey)).digest("base64") },
          kindVersion: { kind: "hashedrekord", version: "0.0.1" },
          integratedTime: String(Math.floor(Date.now() / 1_000)),
          inclusionProof: more.proof ?? proofOf(body),
          canonicalizedBody: Buffer.from(body).toString("base64"),
        },
      ],
    },
  };
}

const keyless = attestorOf(
  {
    kind: "keyless",
    identities: [{ issuer: "https://accounts.example", subject: "ada@example.com" }],
    roots: root.pem,
  },
  {
    format: "bundle",
    log: { publicKey: pemOf(log.publicKey) },
    certificateLog: { publicKey: pemOf(certificateLog.publicKey) },
  },
);

test("a keyless bundle with a proof of its log entry holds", async (t) => {
  const { registry, outcome } = await openImageBench(t);
  const image = registry.image("demo/app", "v1");
  attachBundle(registry, "demo/app", image, keylessBundle(image.digest));
  assert.equal(await outcome(keyless), "verified");
});

test("a proof that another log signed, or of another entry, proves nothing", async (t) => {
  for (const proof of [proofOf("x", newKey()), proofOf("x")]) {
    const { registry, outcome } = await openImageBench(t);
    const image = registry.image("demo/app", "v1");
    attachBundle(registry, "demo/app", image, keylessBundle(image.digest, { proof }));
    assert.match(await outcome(keyless), /unable to verify bundle/);
  }
});

test("a log entry about another envelope vouches for nothing", async (t) => {
  const { registry, outcome } = await openImageBench(t);
  const image = registry.image("demo/app", "v1");
  const body = hashedRekord("other", "AAAA", leaf.pem);
  attachBundle(registry, "demo/app", image, keylessBundle(image.digest, { body }));
  assert.match(await outcome(keyless), /unable to verify bundle/);
});

test("a trusted root says whom to believe: from the configuration, or from the policy", async (t) => {
  const bench = await openImageBench(t);
  const image = bench.registry.image("demo/app", "v1");
  attachBundle(bench.registry, "demo/app", image, keylessBundle(image.digest));
  const bytes = (value: Buffer): string => value.toString("base64");
  const logOf = (key: typeof log) => ({
    baseUrl: "https://log.example",
    hashAlgorithm: "SHA2_256",
    publicKey: {
      rawBytes: bytes(spki(key.publicKey)),
      keyDetails: "PKIX_ECDSA_P256_SHA_256",
      validFor: { start: "2020-01-01T00:00:00Z" },
    },
    logId: { keyId: bytes(createHash("sha256").update(spki(key.publicKey)).digest()) },
  });
  const json = JSON.stringify({
    mediaType: "application/vnd.dev.sigstore.trustedroot+json;version=0.1",
    tlogs: [logOf(log)],
    ctlogs: [logOf(certificateLog)],
    certificateAuthorities: [
      {
        subject: { organization: "o", commonName: "c" },
        uri: "https://ca.example",
        certChain: { certificates: [{ rawBytes: bytes(root.certificate.raw) }] },
        validFor: { start: "2020-01-01T00:00:00Z" },
      },
    ],
    timestampAuthorities: [],
  });
  const { signer } = keyless;
  const party: CosignAttestor = {
    kind: "cosign",
    format: "bundle",
    signer: signer.kind === "keyless" ? { kind: "keyless", identities: signer.identities } : signer,
  };
  const request = {
    kind: "imageVerification",
    image: `${bench.registry.host}/demo/app:v1`,
    subject: { kind: "signature" },
    attestor: party,
  } as const;
  const without = await bench.ask(request);
  assert.match(without.kind === "failed" ? without.message : "", /imageTrustedRoot/);
  assert.equal(await bench.outcome({ ...party, trust: { kind: "trustedRoot", json } }), "verified");
  bench.trustedRoot = json;
  assert.equal(await bench.outcome(party), "verified");
});
