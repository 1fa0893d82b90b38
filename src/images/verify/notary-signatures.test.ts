import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import type { NotaryAttestor } from "#api/broker/image-request.ts";
import { issue, newKey } from "#test/support/certificates.ts";
import { attachEnvelope, notaryCose, notaryJws, type NotaryOptions } from "#test/support/notary-signer.ts";
import { attestationOf, openImageBench } from "../images.fixture.ts";

const codeSigning = "1.3.6.1.5.5.7.3.3";
const day = 86_400_000;
const root = issue({ name: "root", isAuthority: true });
const middle = issue({ name: "middle", isAuthority: true, issuer: root });
const leaf = issue({ name: "leaf", issuer: middle, purposes: [codeSigning] });
const chain = [leaf, middle, root];
const stranger = issue({ name: "stranger", isAuthority: true });
const own = issue({ name: "own", purposes: [codeSigning] });

const party = (certificates = root.pem, timestampCertificates?: string): NotaryAttestor => ({
  kind: "notary",
  certificates,
  ...(timestampCertificates === undefined ? {} : { timestampCertificates }),
});

async function judge(
  t: TestContext,
  format: "jws" | "cose",
  options: NotaryOptions & { readonly signer?: typeof leaf } = {},
  attestor = party(),
): Promise<string> {
  const { registry, outcome } = await openImageBench(t);
  const image = registry.image("demo/app", "v1");
  const { signer = leaf, ...others } = options;
  const envelope = (format === "jws" ? notaryJws : notaryCose)(image, signer, { chain, ...others });
  attachEnvelope(registry, "demo/app", image, envelope);
  return outcome(attestor);
}

const cases: readonly [string, NotaryOptions & { signer?: typeof leaf }, NotaryAttestor, RegExp][] = [
  ["a chain up to the root holds", {}, party(), /^verified$/],
  ["a chain up to an authority in the middle holds", {}, party(middle.pem), /^verified$/],
  ["the leaf as its own anchor holds", {}, party(leaf.pem), /^verified$/],
  [
    "a leaf that signed itself may be its own anchor",
    { signer: own, chain: [own] },
    party(own.pem),
    /^verified$/,
  ],
  [
    "a foreign authority is not trusted",
    {},
    party(stranger.pem),
    /the signature's certificate chain does not contain any trusted certificate$/,
  ],
  [
    "a trusted certificate that did not issue the leaf is of no use",
    { signer: own, chain: [own, root] },
    party(),
    /unknown authority$/,
  ],
  [
    "a signature by another key than the leaf's does not hold",
    { signer: own, chain },
    party(),
    /not the signer's$/,
  ],
  [
    "an expired signature does not hold",
    { expiryMs: Date.now() - day },
    party(),
    /digital signature has expired on/,
  ],
  ["a signature that has not yet expired holds", { expiryMs: Date.now() + day }, party(), /^verified$/],
  [
    "another target is another target",
    { target: { digest: `sha256:${"0".repeat(64)}` } },
    party(),
    /descriptor mismatch/,
  ],
  ["another size is another target", { target: { size: 1 } }, party(), /descriptor mismatch/],
  [
    "a changed media type is another target",
    { target: { mediaType: "x/y" } },
    party(),
    /descriptor mismatch/,
  ],
  [
    "what is critical and unknown is not passed over",
    { critical: { "io.cncf.notary.verificationPlugin": "x" } },
    party(),
    /verificationPlugin is critical and unknown$/,
  ],
  ["a foreign payload type is not read", { contentType: "text/plain" }, party(), /content type text\/plain/],
  [
    "a signing authority has no trust store",
    { scheme: "notary.x509.signingAuthority" },
    party(),
    /no trust store$/,
  ],
];
for (const format of ["jws", "cose"] as const) {
  for (const [name, options, attestor, expected] of cases) {
    test(`${format}: ${name}`, async (t) => {
      assert.match(await judge(t, format, options, attestor), expected);
    });
  }
}

const algorithms: readonly ["jws" | "cose", string][] = [
  ["jws", "none"],
  ["jws", "HS256"],
  ["jws", "PS256"],
  ["jws", "ES384"],
  ["cose", "-37"],
  ["cose", "5"],
];
for (const [format, algorithm] of algorithms) {
  test(`${format}: the algorithm ${algorithm} is not the one for the key`, async (t) => {
    assert.match(await judge(t, format, { algorithm }), /algorithm/);
  });
}

const leaves: readonly [string, Parameters<typeof issue>[0], RegExp][] = [
  ["for servers", { name: "l", issuer: middle, purposes: ["1.3.6.1.5.5.7.3.1"] }, /not one for signing$/],
  ["that is an authority", { name: "l", issuer: middle, isAuthority: true }, /not one for signing$/],
  [
    "that has expired",
    {
      name: "l",
      issuer: middle,
      purposes: [codeSigning],
      fromMs: Date.now() - 9 * day,
      toMs: Date.now() - day,
    },
    /expired or is not yet valid/,
  ],
];
for (const [name, certificate, expected] of leaves) {
  test(`a leaf ${name} does not sign`, async (t) => {
    const signer = issue(certificate);
    assert.match(await judge(t, "jws", { signer, chain: [signer, middle, root] }), expected);
  });
}

const stampRoot = issue({ name: "stamp root", isAuthority: true });
const stamper = issue({ name: "stamper", issuer: stampRoot, purposes: ["1.3.6.1.5.5.7.3.8"] });
const expired = issue({
  name: "expired",
  issuer: middle,
  purposes: [codeSigning],
  fromMs: Date.now() - day / 2,
  toMs: Date.now() - day / 4,
});

test("a timestamp keeps a signature good after its certificate has expired", async (t) => {
  const options = { signer: expired, chain: [expired, middle, root] };
  const timestamp = { authority: stamper, atMs: Date.now() - day / 3 };
  assert.match(await judge(t, "jws", options), /expired or is not yet valid/);
  assert.match(await judge(t, "jws", { ...options, timestamp }), /expired or is not yet valid/);
  const attestor = party(root.pem, stampRoot.pem);
  assert.equal(await judge(t, "jws", { ...options, timestamp }, attestor), "verified");
  const late = { authority: stamper, atMs: Date.now() - day / 8 };
  assert.match(
    await judge(t, "jws", { ...options, timestamp: late }, attestor),
    /expired or is not yet valid/,
  );
  assert.match(
    await judge(t, "jws", { ...options, timestamp }, party(root.pem, root.pem)),
    /unknown authority/,
  );
});

test("an unsigned image has no signature associated", async (t) => {
  const { registry, outcome } = await openImageBench(t);
  const { digest } = registry.image("demo/app", "v1");
  const shown = `${registry.host}/demo/app@${digest}`;
  assert.equal(
    await outcome(party()),
    `failed to verify ${shown}: no signature is associated with "${shown}", make sure the artifact was signed successfully`,
  );
});

test("garbage in the place of an envelope does not hide a signature", async (t) => {
  const { registry, outcome } = await openImageBench(t);
  const image = registry.image("demo/app", "v1");
  const garbage = [
    "",
    "{",
    "{}",
    '{"protected":"e30"}',
    Buffer.from("d2", "hex"),
    Buffer.from("9f9f9f", "hex"),
  ];
  for (const one of garbage) attachEnvelope(registry, "demo/app", image, one);
  assert.match(await outcome(party()), /failed to verify signature with digest/);
});

test("a signature of another image, listed for this one, does not count", async (t) => {
  const { registry, outcome } = await openImageBench(t);
  const image = registry.image("demo/app", "v1");
  const other = registry.image("demo/app", "other");
  attachEnvelope(registry, "demo/app", image, notaryJws(other, leaf, { chain }));
  assert.match(await outcome(party()), /descriptor mismatch/);
});

test("an attestation is an artifact that refers to the image and is signed itself", async (t) => {
  const { registry, verdict, outcome } = await openImageBench(t);
  const image = registry.image("demo/app", "v1");
  const artifactType = "application/vnd.example.scan";
  const request = attestationOf(artifactType);
  assert.equal(await outcome(party(), request), `attestations not found for predicate type ${artifactType}`);
  const layers = [{ ...registry.blob('{"critical":0}'), mediaType: "application/json" }];
  const artifact = registry.referrer("demo/app", image, { artifactType, layers });
  assert.match(await outcome(party(stranger.pem), request), /no signature is associated/);
  attachEnvelope(registry, "demo/app", artifact, notaryJws(artifact, leaf, { chain }));
  const found = await verdict(party(middle.pem), request);
  assert.deepEqual(found.verdict === "verified" ? found.statements : found.message, [
    { type: artifactType, predicate: { critical: 0 } },
  ]);
});

test("keys that are too weak or of other kinds have no algorithm", async (t) => {
  const key = newKey("secp256k1");
  const signer = issue({ name: "odd", issuer: middle, purposes: [codeSigning], key });
  assert.match(
    await judge(t, "jws", { signer, chain: [signer, middle, root] }),
    /not the one for the signer's key/,
  );
});
