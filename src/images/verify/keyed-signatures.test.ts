import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { test } from "node:test";
import { newKey, pemOf } from "#test/support/certificates.ts";
import {
  attach,
  attestationLayer,
  payloadFor,
  signatureLayer,
  statementFor,
} from "#test/support/image-signer.ts";
import { attestationOf, keyAttestor, openImageBench } from "../images.fixture.ts";

const [ours, theirs] = [newKey(), newKey()];
const pem = pemOf(ours.publicKey);
const rsa = generateKeyPairSync("rsa", { modulusLength: 2_048 });
const ed25519 = generateKeyPairSync("ed25519");

test("an image that is signed by the key is verified, under the digest that was resolved", async (t) => {
  const { registry, verdict } = await openImageBench(t);
  const { digest } = registry.image("demo/app", "v1");
  attach(registry, "demo/app", digest, "sig", [signatureLayer(payloadFor(digest), ours.privateKey)]);
  const found = await verdict(keyAttestor(pem));
  assert.deepEqual(found, {
    verdict: "verified",
    resolvedImage: `${registry.host}/demo/app@${digest}`,
    digest,
    signatures: [{ format: "tag" }],
    statements: [],
    warnings: [],
  });
  assert.equal(registry.calls().length, 3, registry.calls().join("\n"));
});

test("an unsigned image has no signatures", async (t) => {
  const { registry, outcome } = await openImageBench(t);
  registry.image("demo/app", "v1");
  assert.equal(await outcome(keyAttestor(pem)), "no signatures found");
});

const strangers: readonly [string, string, string][] = [
  ["ECDSA", pemOf(theirs.publicKey), "invalid signature when validating ASN.1 encoded signature"],
  ["RSA", pemOf(rsa.publicKey), "crypto/rsa: verification error"],
  ["Ed25519", pemOf(ed25519.publicKey), "failed to verify signature"],
];
for (const [name, key, message] of strangers) {
  test(`a signature by another key does not match: ${name}`, async (t) => {
    const { registry, outcome } = await openImageBench(t);
    const { digest } = registry.image("demo/app", "v1");
    attach(registry, "demo/app", digest, "sig", [signatureLayer(payloadFor(digest), ours.privateKey)]);
    assert.equal(await outcome(keyAttestor(key)), `no matching signatures: ${message}`);
  });
}

test("a signature replayed from another digest under our tag does not count", async (t) => {
  const { registry, outcome } = await openImageBench(t);
  const other = registry.image("demo/app", "other");
  const { digest } = registry.image("demo/app", "v1");
  attach(registry, "demo/app", digest, "sig", [signatureLayer(payloadFor(other.digest), ours.privateKey)]);
  assert.equal(
    await outcome(keyAttestor(pem)),
    `no matching signatures: invalid or missing digest in claim: ${other.digest}`,
  );
});

test("a tag that moves between resolve and reading of signatures: the verdict is about the first digest", async (t) => {
  const { registry, verdict } = await openImageBench(t);
  const first = registry.image("demo/app", "v1", "first");
  attach(registry, "demo/app", first.digest, "sig", [
    signatureLayer(payloadFor(first.digest), ours.privateKey),
  ]);
  registry.intercept = ({ path }) => {
    if (path.endsWith(".sig")) registry.image("demo/app", "v1", "second");
    return false;
  };
  const found = await verdict(keyAttestor(pem));
  assert.equal(found.digest, first.digest);
  assert.equal(found.verdict, "verified");
});

test("one of several signatures suffices, and those that cannot be read do not hide it", async (t) => {
  const { registry, outcome } = await openImageBench(t);
  const { digest } = registry.image("demo/app", "v1");
  attach(registry, "demo/app", digest, "sig", [
    signatureLayer(payloadFor(digest), theirs.privateKey),
    { content: "no JSON", annotations: { "dev.sigstore.cosign/bundle": "{" } },
    { content: "x", annotations: { "dev.sigstore.cosign/certificate": "-----BEGIN CERTIFICATE-----" } },
    signatureLayer(payloadFor(digest), ours.privateKey),
  ]);
  assert.equal(await outcome(keyAttestor(pem)), "verified");
});

test("annotations are those of the one signature that holds, not of any", async (t) => {
  const { registry, outcome } = await openImageBench(t);
  const { digest } = registry.image("demo/app", "v1");
  attach(registry, "demo/app", digest, "sig", [
    signatureLayer(payloadFor(digest, { env: "test" }), ours.privateKey),
    signatureLayer(payloadFor(digest, { env: "prod" }), theirs.privateKey),
  ]);
  assert.equal(await outcome(keyAttestor(pem, { annotations: { env: "test" } })), "verified");
  const message = "no signature matched the required annotations";
  assert.equal(await outcome(keyAttestor(pem, { annotations: { env: "prod" } })), message);
  assert.equal(await outcome(keyAttestor(pem, { annotations: { constructor: "x" } })), message);
});

test("signatures may lie in another repository, under a tag with a prefix", async (t) => {
  const { registry, outcome } = await openImageBench(t);
  const { digest } = registry.image("demo/app", "v1");
  attach(registry, "demo/signatures", digest, "sig", [signatureLayer(payloadFor(digest), ours.privateKey)]);
  const repository = `${registry.host}/demo/signatures`;
  assert.equal(await outcome(keyAttestor(pem)), "no signatures found");
  assert.equal(await outcome(keyAttestor(pem, { repository })), "verified");
  assert.equal(await outcome(keyAttestor(pem, { repository, tagPrefix: "x-" })), "no signatures found");
});

test("a registry that gives other bytes than a digest names has shown no signature", async (t) => {
  const { registry, outcome } = await openImageBench(t);
  const { digest } = registry.image("demo/app", "v1");
  const payload = payloadFor(digest);
  attach(registry, "demo/app", digest, "sig", [signatureLayer(payload, ours.privateKey)]);
  registry.tamper = (path, body) => (path.includes("/blobs/") ? Buffer.from(`${body.toString()} `) : body);
  assert.match(await outcome(keyAttestor(pem)), /^no matching signatures: blob .* does not match/);
});

test("an attestation is what was signed, of the type that the signed statement names", async (t) => {
  const { registry, verdict, outcome } = await openImageBench(t);
  const { digest } = registry.image("demo/app", "v1");
  const of = (type: string, predicate: unknown, key = ours.privateKey, annotations = {}) =>
    attestationLayer(statementFor(digest, type, predicate), key, annotations);
  attach(registry, "demo/app", digest, "att", [
    of("https://a.example/v1", { builder: { id: "b" } }),
    of("https://a.example/v1", "text"),
    of("https://b.example/v1", {}, ours.privateKey, { predicateType: "https://c.example/v1" }),
    of("https://d.example/v1", {}, theirs.privateKey),
  ]);
  const found = await verdict(keyAttestor(pem), attestationOf("https://a.example/v1"));
  assert.deepEqual(found.verdict === "verified" ? found.statements : [], [
    { type: "https://a.example/v1", predicate: { builder: { id: "b" } } },
    { type: "https://a.example/v1", predicate: "text" },
  ]);
  for (const type of ["https://c.example/v1", "https://d.example/v1"]) {
    const message = `attestations not found for predicate type ${type}`;
    assert.equal(await outcome(keyAttestor(pem), attestationOf(type)), message);
  }
});

test("without attestations, or with those of others only, none match", async (t) => {
  const { registry, outcome } = await openImageBench(t);
  const { digest } = registry.image("demo/app", "v1");
  assert.equal(await outcome(keyAttestor(pem), attestationOf("t")), "no matching attestations: ");
  attach(registry, "demo/app", digest, "att", [
    attestationLayer(statementFor(digest, "u", {}), theirs.privateKey),
    attestationLayer(statementFor(`sha256:${"0".repeat(64)}`, "u", {}), ours.privateKey),
  ]);
  assert.equal(
    await outcome(keyAttestor(pem), attestationOf("u")),
    "no matching attestations: invalid signature when validating ASN.1 encoded signature\n no matching subject digest found",
  );
});

test("a statement about an image is no signature of it", async (t) => {
  const { registry, outcome } = await openImageBench(t);
  const { digest } = registry.image("demo/app", "v1");
  attach(registry, "demo/app", digest, "att", [
    attestationLayer(statementFor(digest, "t", {}), ours.privateKey),
  ]);
  assert.equal(await outcome(keyAttestor(pem)), "no signatures found");
});
