import assert from "node:assert/strict";
import { test } from "node:test";
import type { CosignAttestor, ImageSigner } from "#api/broker/image-request.ts";
import {
  issue,
  newKey,
  pemOf,
  utf8,
  type CertificateOptions,
  type Issued,
} from "#test/support/certificates.ts";
import {
  attach,
  certificateAnnotations,
  payloadFor,
  promised,
  signatureLayer,
  timestampAnswer,
  type EntryOptions,
} from "#test/support/image-signer.ts";
import { attestorOf, keyAttestor, openImageBench } from "../images.fixture.ts";

const codeSigning = "1.3.6.1.5.5.7.3.3";
const issuerUrl = "https://token.example";
const workflow = "https://github.com/acme/app/.github/workflows/release.yml@refs/heads/main";
const minute = 60_000;
const day = 86_400_000;

const root = issue({ name: "root", isAuthority: true });
const authority = issue({ name: "authority", isAuthority: true, issuer: root, pathLength: 0 });
const [log, certificateLog, ours] = [newKey(), newKey(), newKey()];

const leafOf = (more: Partial<CertificateOptions> = {}): Issued =>
  issue({
    name: "",
    issuer: authority,
    purposes: [codeSigning],
    uri: workflow,
    fromMs: Date.now() - minute,
    toMs: Date.now() + 9 * minute,
    extensions: [
      ["1.3.6.1.4.1.57264.1.8", utf8(issuerUrl)],
      ["1.3.6.1.4.1.57264.1.5", Buffer.from("acme/app")],
    ],
    log: certificateLog,
    ...more,
  });

type Keyless = ImageSigner & { readonly kind: "keyless" };

const keyless = (more: Partial<Keyless> = {}): Keyless => ({
  kind: "keyless",
  identities: [{ issuer: issuerUrl, subject: workflow }],
  roots: root.pem,
  ...more,
});

const attestor = (signer: Keyless = keyless(), more: Partial<CosignAttestor> = {}): CosignAttestor =>
  attestorOf(signer, {
    log: { publicKey: pemOf(log.publicKey) },
    certificateLog: { publicKey: pemOf(certificateLog.publicKey) },
    ...more,
  });

/** The verdict on an image that `leaf` signed, with a log entry that says what the options say. */
async function judge(
  t: Parameters<typeof openImageBench>[0],
  party: CosignAttestor,
  options: {
    readonly leaf?: Issued;
    readonly above?: readonly Issued[];
    readonly entry?: EntryOptions;
    readonly isLogged?: boolean;
    readonly logKeys?: typeof log;
  } = {},
): Promise<string> {
  const { registry, outcome } = await openImageBench(t);
  const { leaf = leafOf(), above = [authority], entry = {}, isLogged = true } = options;
  const { digest } = registry.image("demo/app", "v1");
  const layer = signatureLayer(payloadFor(digest), leaf.key, certificateAnnotations(leaf, above));
  const signed = isLogged ? promised(layer, leaf.pem, options.logKeys ?? log, entry) : layer;
  attach(registry, "demo/app", digest, "sig", [signed]);
  return outcome(party);
}

test("a keyless signature with promise, publication and the right name is verified", async (t) => {
  assert.equal(await judge(t, attestor()), "verified");
});

test("the facts tell who signed and when", async (t) => {
  const { registry, verdict } = await openImageBench(t);
  const { digest } = registry.image("demo/app", "v1");
  const leaf = leafOf();
  const layer = signatureLayer(payloadFor(digest), leaf.key, certificateAnnotations(leaf, [authority]));
  const atMs = Math.floor(Date.now() / 1_000) * 1_000;
  attach(registry, "demo/app", digest, "sig", [promised(layer, leaf.pem, log, { atMs })]);
  const found = await verdict(attestor());
  assert.deepEqual(found.verdict === "verified" ? found.signatures : [], [
    { format: "tag", issuer: issuerUrl, subjects: [workflow], signedAt: new Date(atMs).toISOString() },
  ]);
});

const identities: readonly [string, Partial<Keyless>, string][] = [
  ["exact", {}, "verified"],
  [
    "another subject",
    { identities: [{ issuer: issuerUrl, subject: "x" }] },
    `subject mismatch: expected x, received ${workflow}`,
  ],
  [
    "another issuer",
    { identities: [{ issuer: "x", subject: workflow }] },
    `issuer mismatch: expected x, received ${issuerUrl}`,
  ],
  [
    "wildcards are texts unless they are asked for",
    { identities: [{ issuer: "*", subject: workflow }] },
    `issuer mismatch: expected *, received ${issuerUrl}`,
  ],
  [
    "wildcards",
    { identities: [{ issuer: "*", subject: "https://github.com/acme/*" }], wildcards: true },
    "verified",
  ],
  [
    "anchored expressions",
    {
      identities: [
        { issuerRegExp: "^https://token[.]example$", subjectRegExp: "^https://github.com/acme/.*$" },
      ],
    },
    "verified",
  ],
  [
    "an anchored expression that does not match",
    { identities: [{ issuer: issuerUrl, subjectRegExp: "^acme$" }] },
    `subject mismatch: expected ^acme$, received ${workflow}`,
  ],
  [
    "an expression without anchors",
    { identities: [{ issuer: issuerUrl, subjectRegExp: "acme/app" }] },
    "verified",
  ],
  [
    "any of several identities",
    {
      identities: [
        { issuer: "x", subject: "y" },
        { issuer: issuerUrl, subject: workflow },
      ],
    },
    "verified",
  ],
  [
    "half of one identity and half of another",
    {
      identities: [
        { issuer: issuerUrl, subject: "y" },
        { issuer: "x", subject: workflow },
      ],
    },
    `subject mismatch: expected y, received ${workflow}`,
  ],
  ["an extension", { extensions: { githubWorkflowRepository: "acme/*" } }, "verified"],
  [
    "another extension",
    { extensions: { "1.3.6.1.4.1.57264.1.5": "evil/*" } },
    "extension mismatch: expected evil/*, received acme/app",
  ],
];
for (const [name, signer, expected] of identities) {
  test(`identity: ${name}`, async (t) => {
    assert.equal(await judge(t, attestor(keyless(signer))), expected);
  });
}

test("CVE-2025-29778: expressions for issuer and subject are not left out", async (t) => {
  const identity = { issuerRegExp: "^nobody$", subjectRegExp: "^nobody$" };
  assert.match(await judge(t, attestor(keyless({ identities: [identity] }))), /^subject mismatch/);
});

test("unanchored expressions are told of, although they match", async (t) => {
  const { registry, verdict } = await openImageBench(t);
  const { digest } = registry.image("demo/app", "v1");
  const leaf = leafOf({ uri: "https://evil.example/acme/app" });
  const layer = signatureLayer(payloadFor(digest), leaf.key, certificateAnnotations(leaf, [authority]));
  attach(registry, "demo/app", digest, "sig", [promised(layer, leaf.pem, log)]);
  const found = await verdict(
    attestor(keyless({ identities: [{ issuer: issuerUrl, subjectRegExp: "acme/app" }] })),
  );
  assert.equal(found.verdict, "verified");
  assert.match(found.verdict === "verified" ? found.warnings.join() : "", /acme\/app matches anywhere/);
});

const nobodies: readonly [string, Partial<Keyless>][] = [
  ["no identity", { identities: [] }],
  ["an empty identity", { identities: [{}] }],
  ["an issuer without a subject", { identities: [{ issuer: issuerUrl }] }],
  ["a subject without an issuer", { identities: [{ subjectRegExp: ".*" }] }],
];
for (const [name, signer] of nobodies) {
  test(`${name} is nobody, not everybody: the policy is refused`, async (t) => {
    const { registry, ask } = await openImageBench(t);
    registry.image("demo/app", "v1");
    const image = `${registry.host}/demo/app:v1`;
    const answer = await ask({
      kind: "imageVerification",
      image,
      subject: { kind: "signature" },
      attestor: attestor(keyless(signer)),
    });
    assert.deepEqual(answer, {
      kind: "failed",
      message: "a keyless attestor must name an issuer and a subject",
      mayPass: false,
    });
  });
}

test("a certificate without a subject is nobody's", async (t) => {
  const { uri: _, ...more } = { uri: "", name: "" };
  const leaf = issue({
    ...more,
    issuer: authority,
    purposes: [codeSigning],
    extensions: [["1.3.6.1.4.1.57264.1.8", utf8(issuerUrl)]],
    log: certificateLog,
  });
  const any = keyless({ identities: [{ issuerRegExp: ".*", subjectRegExp: ".*" }] });
  assert.equal(await judge(t, attestor(any), { leaf }), "the certificate names no subject");
});

test("a certificate without an issuer is nobody's, and the older form of issuers is read", async (t) => {
  const any = keyless({ identities: [{ issuerRegExp: ".*", subjectRegExp: ".*" }] });
  assert.equal(
    await judge(t, attestor(any), { leaf: leafOf({ extensions: [] }) }),
    "the certificate names no issuer",
  );
  const older = leafOf({ extensions: [["1.3.6.1.4.1.57264.1.1", Buffer.from(issuerUrl)]] });
  assert.equal(await judge(t, attestor(), { leaf: older }), "verified");
});

test("a keyed signature is no keyless one", async (t) => {
  const { registry, outcome } = await openImageBench(t);
  const { digest } = registry.image("demo/app", "v1");
  const layer = signatureLayer(payloadFor(digest), ours.privateKey);
  attach(registry, "demo/app", digest, "sig", [promised(layer, pemOf(ours.publicKey), log)]);
  assert.equal(await outcome(attestor()), "no matching signatures: no certificate found on signature");
});

const entries: readonly [string, EntryOptions, RegExp][] = [
  ["foreign bytes", { hash: "other" }, /digest mismatch/],
  ["a foreign signature", { signature: "AAAA" }, /signature mismatch/],
  ["a foreign key", { verifier: pemOf(ours.publicKey) }, /made with another key/],
];
for (const [name, entry, message] of entries) {
  test(`CVE-2026-22703, CVE-2022-36056: a log entry about ${name} vouches for nothing`, async (t) => {
    assert.match(await judge(t, attestor(), { entry }), message);
  });
}

test("a promise by a log that nobody named vouches for nothing", async (t) => {
  const found = await judge(t, attestor(), { logKeys: newKey() });
  assert.match(found, /inclusion promise could not be verified/);
});

test("a signature without a log entry is not verified unless the log is ignored", async (t) => {
  assert.match(await judge(t, attestor(), { isLogged: false }), /no proof of the transparency log/);
  const ignoring = attestor(keyless(), { log: { ignore: true } });
  assert.equal(await judge(t, ignoring, { isLogged: false }), "verified");
});

test("the time of a log entry outside the certificate's is too late", async (t) => {
  const entry = { atMs: Date.now() + 20 * minute };
  assert.match(await judge(t, attestor(), { entry }), /expired or is not yet valid/);
});

test("a certificate that expired long ago counts where a log saw it in time, and not by itself", async (t) => {
  const from = Date.now() - 10 * day;
  const old = issue({ name: "old root", isAuthority: true, fromMs: from - day });
  const leaf = leafOf({ issuer: old, fromMs: from, toMs: from + 10 * minute });
  const party = attestor(keyless({ roots: old.pem }), { certificateLog: { ignore: true } });
  const atMs = from + minute;
  assert.equal(await judge(t, party, { leaf, above: [], entry: { atMs } }), "verified");
  const ignoring = attestor(keyless({ roots: old.pem }), {
    certificateLog: { ignore: true },
    log: { ignore: true },
  });
  assert.match(await judge(t, ignoring, { leaf, above: [], entry: { atMs } }), /expired or is not yet valid/);
});

test("CVE-2026-24122: an authority that had expired when the leaf signed vouches for nothing", async (t) => {
  const expired = issue({
    name: "expired",
    isAuthority: true,
    issuer: root,
    fromMs: Date.now() - 10 * day,
    toMs: Date.now() - day,
  });
  const found = await judge(t, attestor(), { leaf: leafOf({ issuer: expired }), above: [expired] });
  assert.match(found, /expired or is not yet valid/);
});

const foreignRoot = issue({ name: "foreign", isAuthority: true });
const paths: readonly [string, () => { leaf: Issued; above: readonly Issued[] }, RegExp][] = [
  [
    "of a foreign root that the signature brings along",
    () => ({ leaf: leafOf({ issuer: foreignRoot }), above: [foreignRoot] }),
    /unknown authority/,
  ],
  [
    "below a leaf that is no authority",
    () => {
      const middle = leafOf();
      return { leaf: leafOf({ issuer: middle }), above: [middle, authority] };
    },
    /unknown authority/,
  ],
  [
    "below more authorities than the path may have",
    () => {
      const middle = issue({ name: "middle", isAuthority: true, issuer: authority });
      return { leaf: leafOf({ issuer: middle }), above: [middle, authority] };
    },
    /unknown authority/,
  ],
  [
    "for another purpose",
    () => ({ leaf: leafOf({ purposes: ["1.3.6.1.5.5.7.3.1"] }), above: [authority] }),
    /incompatible key usage/,
  ],
];
for (const [name, chain, message] of paths) {
  test(`a certificate ${name} is not believed`, async (t) => {
    assert.match(await judge(t, attestor(), chain()), message);
  });
}

test("a certificate that no log published is not believed unless that is ignored", async (t) => {
  const bare = issue({
    name: "",
    issuer: authority,
    purposes: [codeSigning],
    uri: workflow,
    extensions: [["1.3.6.1.4.1.57264.1.8", utf8(issuerUrl)]],
  });
  assert.match(await judge(t, attestor(), { leaf: bare }), /does not include required embedded SCT/);
  assert.match(await judge(t, attestor(), { leaf: leafOf({ log: newKey() }) }), /unable to verify SCT/);
  const ignoring = attestor(keyless(), { certificateLog: { ignore: true } });
  assert.equal(await judge(t, ignoring, { leaf: bare }), "verified");
});

test("CVE-2026-32280: a chain of hundreds of certificates is not walked", async (t) => {
  const many = Array.from({ length: 200 }, () => authority);
  assert.match(await judge(t, attestor(), { above: many }), /certificate chain too long/);
});

const stampRoot = issue({ name: "stamp root", isAuthority: true });
const stamper = issue({ name: "stamper", issuer: stampRoot, purposes: ["1.3.6.1.5.5.7.3.8"] });

/** A keyed signature with a timestamp. */
async function stamped(
  t: Parameters<typeof openImageBench>[0],
  options: { readonly over?: string; readonly by?: Issued; readonly chain?: string },
): Promise<string> {
  const { registry, outcome } = await openImageBench(t);
  const { digest } = registry.image("demo/app", "v1");
  const layer = signatureLayer(payloadFor(digest), ours.privateKey);
  const own = Buffer.from(layer.annotations["dev.cosignproject.cosign/signature"] ?? "", "base64");
  const over = options.over === undefined ? own : Buffer.from(options.over);
  const SignedRFC3161Timestamp = timestampAnswer(options.by ?? stamper, over).toString("base64");
  const annotations = {
    ...layer.annotations,
    "dev.sigstore.cosign/rfc3161timestamp": JSON.stringify({ SignedRFC3161Timestamp }),
  };
  attach(registry, "demo/app", digest, "sig", [{ ...layer, annotations }]);
  const timestampChain = options.chain ?? stamper.pem + stampRoot.pem;
  return outcome(keyAttestor(pemOf(ours.publicKey), { timestampChain }));
}

test("a timestamp over the signature holds", async (t) => {
  assert.equal(await stamped(t, {}), "verified");
});

test("a timestamp over other bytes does not", async (t) => {
  assert.equal(
    await stamped(t, { over: "other" }),
    "no matching signatures: unable to verify RFC3161 timestamp bundle: hashed messages don't match",
  );
});

test("a timestamp by an authority that nobody named does not", async (t) => {
  const foreign = issue({ name: "stamper", issuer: stampRoot, purposes: ["1.3.6.1.5.5.7.3.8"] });
  assert.match(await stamped(t, { by: foreign }), /timestamp could not be verified/);
});

test("CVE-2026-39984: the certificate whose key is checked must itself be one for timestamps", async (t) => {
  const { registry, ask } = await openImageBench(t);
  registry.image("demo/app", "v1");
  const server = issue({ name: "server", issuer: stampRoot, purposes: ["1.3.6.1.5.5.7.3.1"] });
  const answer = await ask({
    kind: "imageVerification",
    image: `${registry.host}/demo/app:v1`,
    subject: { kind: "signature" },
    attestor: keyAttestor(pemOf(ours.publicKey), {
      timestampChain: server.pem + stamper.pem + stampRoot.pem,
    }),
  });
  assert.match(answer.kind === "failed" ? answer.message : "", /must be one for timestamps alone/);
});

test("a signature without a timestamp holds although the policy names an authority", async (t) => {
  const { registry, outcome } = await openImageBench(t);
  const { digest } = registry.image("demo/app", "v1");
  attach(registry, "demo/app", digest, "sig", [signatureLayer(payloadFor(digest), ours.privateKey)]);
  const timestampChain = stamper.pem + stampRoot.pem;
  assert.equal(await outcome(keyAttestor(pemOf(ours.publicKey), { timestampChain })), "verified");
});

test("certificates that the policy holds: the key alone, with a chain, and a chain alone", async (t) => {
  const signer = leafOf();
  const chain = authority.pem + root.pem;
  const party = (certificate: string | undefined, above: string | undefined): CosignAttestor =>
    attestorOf(
      {
        kind: "certificate",
        ...(certificate === undefined ? {} : { certificate }),
        ...(above === undefined ? {} : { chain: above }),
      },
      { log: { ignore: true } },
    );
  const options = { leaf: signer, isLogged: false };
  assert.equal(await judge(t, party(signer.pem, undefined), options), "verified");
  assert.equal(await judge(t, party(signer.pem, chain), options), "verified");
  assert.equal(await judge(t, party(undefined, chain), options), "verified");
  assert.match(await judge(t, party(signer.pem, foreignRoot.pem), options), /unknown authority/);
  assert.match(await judge(t, party(undefined, foreignRoot.pem), options), /unknown authority/);
  assert.match(await judge(t, party(leafOf().pem, undefined), options), /ASN\.1/);
});
