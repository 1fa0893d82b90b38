import assert from "node:assert/strict";
import { test } from "node:test";
import type { BrokerScope } from "#api/broker/broker-request.ts";
import type { ImageVerificationRequest } from "#api/broker/image-request.ts";
import { newKey, pemOf } from "#test/support/certificates.ts";
import { sendRegistryError } from "#test/support/fake-registry.ts";
import { attach, payloadFor, signatureLayer } from "#test/support/image-signer.ts";
import { createVirtualClock } from "#test/support/virtual-clock.ts";
import { keyAttestor, openImageBench, type ImageBench } from "./images.fixture.ts";

const [ours, theirs] = [newKey(), newKey()];
const pem = pemOf(ours.publicKey);
const tenant: BrokerScope = { policyKind: "Policy", policyNamespace: "team-a", policyName: "p" };

const requestFor = (
  { registry }: ImageBench,
  more: Partial<ImageVerificationRequest> = {},
): ImageVerificationRequest => ({
  kind: "imageVerification",
  image: `${registry.host}/demo/app:v1`,
  subject: { kind: "signature" },
  attestor: keyAttestor(pem),
  ...more,
});

/** A bench with an image that our key signed. */
async function openSigned(...[t, options]: Parameters<typeof openImageBench>) {
  const bench = await openImageBench(t, options);
  const image = bench.registry.image("demo/app", "v1");
  attach(bench.registry, "demo/app", image.digest, "sig", [
    signatureLayer(payloadFor(image.digest), ours.privateKey),
  ]);
  return { ...bench, bench, image };
}

test("an image is verified once, however many ask, and not again inside its lifetime", async (t) => {
  const clock = createVirtualClock();
  const { bench, registry, counted, ask } = await openSigned(t, { clock });
  const answers = await Promise.all(Array.from({ length: 50 }, () => ask(requestFor(bench))));
  assert.ok(answers.every(({ kind }) => kind === "value"));
  const calls = registry.calls().length;
  assert.equal(calls, 3);
  assert.equal(counted.filter((one) => one === "verified").length, 1);
  await clock.advance(3_590_000);
  await ask(requestFor(bench));
  assert.equal(registry.calls().length, calls);
  await clock.advance(20_000);
  await ask(requestFor(bench));
  assert.ok(registry.calls().length > calls);
});

test("a tag that moved is verified under its new digest after its lifetime", async (t) => {
  const clock = createVirtualClock();
  const { registry, outcome } = await openSigned(t, { clock });
  assert.equal(await outcome(keyAttestor(pem)), "verified");
  registry.image("demo/app", "v1", "moved");
  await clock.advance(3_601_000);
  assert.equal(await outcome(keyAttestor(pem)), "no signatures found");
});

test("a verdict against an image is out of date after ten minutes", async (t) => {
  const clock = createVirtualClock();
  const { registry, outcome } = await openImageBench(t, { clock });
  const { digest } = registry.image("demo/app", "v1");
  assert.equal(await outcome(keyAttestor(pem)), "no signatures found");
  attach(registry, "demo/app", digest, "sig", [signatureLayer(payloadFor(digest), ours.privateKey)]);
  assert.equal(await outcome(keyAttestor(pem)), "no signatures found");
  await clock.advance(601_000);
  assert.equal(await outcome(keyAttestor(pem)), "verified");
});

test("another party, subject or image has a verdict of its own", async (t) => {
  const { outcome } = await openSigned(t);
  assert.equal(await outcome(keyAttestor(pem)), "verified");
  assert.match(await outcome(keyAttestor(pemOf(theirs.publicKey))), /no matching signatures/);
  const subject = { kind: "attestation", type: "t" } as const;
  assert.equal(await outcome(keyAttestor(pem), { subject }), "no matching attestations: ");
});

test("a key that is changed in its Secret counts within half a minute", async (t) => {
  const clock = createVirtualClock();
  const { secrets, outcome } = await openSigned(t, { clock });
  secrets.set("kyverno/key", { "cosign.pub": pem });
  const party = keyAttestor("k8s://kyverno/key");
  assert.equal(await outcome(party), "verified");
  secrets.set("kyverno/key", { "cosign.pub": pemOf(theirs.publicKey) });
  await clock.advance(31_000);
  assert.match(await outcome(party), /no matching signatures/);
});

const keys: readonly [string, BrokerScope | undefined, RegExp, boolean][] = [
  ["awskms:///alias/key", undefined, /key management service are not supported/, false],
  ["hashivault://key", undefined, /key management service are not supported/, false],
  ["nonsense", undefined, /is no key and no reference/, false],
  ["k8s://kyverno/absent", undefined, /secrets "absent" not found in kyverno/, true],
  ["k8s://kyverno/empty", undefined, /has no cosign\.pub/, false],
  ["k8s://kyverno/key", tenant, /reads Secrets of that namespace only/, false],
  [
    "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----",
    undefined,
    /failed to load public key/,
    false,
  ],
];
for (const [key, scope, message, mayPass] of keys) {
  test(`the key ${key.slice(0, 26)} ${scope === undefined ? "" : "of a tenant "}is no verdict but a failure`, async (t) => {
    const { bench, ask, secrets } = await openSigned(t);
    secrets.set("kyverno/empty", {});
    secrets.set("kyverno/key", { "cosign.pub": pem });
    const answer = await ask(requestFor(bench, { attestor: keyAttestor(key) }), scope);
    assert.ok(answer.kind === "failed", JSON.stringify(answer));
    assert.match(answer.message, message);
    assert.equal(answer.mayPass, mayPass);
  });
}

const outages: readonly [number, string, RegExp][] = [
  [401, "UNAUTHORIZED", /UNAUTHORIZED: no$/],
  [403, "DENIED", /DENIED: no$/],
  [418, "TEAPOT", /TEAPOT: no$/],
];
for (const [status, code, message] of outages) {
  test(`${status} is no verdict: it may pass`, async (t) => {
    const { bench, registry, ask, counted } = await openSigned(t);
    registry.intercept = ({ path }, response) =>
      path !== "/v2/" && sendRegistryError(response, status, code, "no");
    const answer = await ask(requestFor(bench));
    assert.ok(answer.kind === "failed", JSON.stringify(answer));
    assert.match(answer.message, message);
    assert.deepEqual([answer.mayPass, answer.status], [true, status]);
    assert.ok(counted.includes("error"));
    registry.intercept = undefined;
    assert.equal((await ask(requestFor(bench))).kind, "value", "and is not remembered");
  });
}

test("a registry that fails while signatures are read is no verdict either", async (t) => {
  const { bench, registry, ask } = await openSigned(t);
  registry.intercept = ({ path }, response) =>
    path.endsWith(".sig") && sendRegistryError(response, 403, "DENIED", "no");
  const answer = await ask(requestFor(bench));
  assert.deepEqual(answer.kind === "failed" && answer.mayPass, true);
});

test("an image that is not there fails, in the registry's words", async (t) => {
  const { registry, outcome } = await openImageBench(t);
  const url = `http://${registry.host}/v2/demo/app/manifests/v1`;
  assert.equal(
    await outcome(keyAttestor(pem)),
    `image tag not found: GET ${url}: MANIFEST_UNKNOWN: manifest unknown`,
  );
});

for (const image of [
  "",
  "r.example/UPPER:1",
  "r.example/a@sha256:12",
  "r.example/a b",
  "http://169.254.169.254/a",
]) {
  test(`${JSON.stringify(image)} is no reference: nothing is asked`, async (t) => {
    const { bench, ask, registry } = await openSigned(t);
    const answer = await ask(requestFor(bench, { image }));
    assert.ok(answer.kind === "failed" && !answer.mayPass, JSON.stringify(answer));
    assert.equal(registry.requests.length, 0);
  });
}

test("an image by digest is verified without asking where its tag points to", async (t) => {
  const { bench, registry, image, verdict } = await openSigned(t);
  const found = await verdict(keyAttestor(pem), { image: `${registry.host}/demo/app@${image.digest}` });
  assert.equal(found.digest, image.digest);
  assert.equal(
    bench.registry.calls().some((call) => call.startsWith("HEAD")),
    false,
  );
});

test("CVE-2022-47633, CVE-2023-47630: the digest of a reference counts, whatever the registry says it is", async (t) => {
  const { registry, image, verdict } = await openSigned(t);
  const other = registry.image("demo/app", "other");
  registry.intercept = ({ path, method }, response) => {
    if (method !== "HEAD" || !path.includes("/manifests/")) return false;
    response.writeHead(200, { "docker-content-digest": image.digest, "content-length": "1" }).end();
    return true;
  };
  const found = await verdict(keyAttestor(pem), { image: `${registry.host}/demo/app:x@${other.digest}` });
  assert.deepEqual([found.verdict, found.digest], ["failed", other.digest]);
});

test("a pull secret is shown to its own host only, and a tenant reads its own namespace only", async (t) => {
  const { bench, registry, secrets, ask } = await openSigned(t);
  const auth = Buffer.from("ada:secret").toString("base64");
  const config = (host: string) => ({ ".dockerconfigjson": JSON.stringify({ auths: { [host]: { auth } } }) });
  secrets.set("team-a/mine", config(registry.host));
  secrets.set("team-a/other", config("other.example"));
  secrets.set("kyverno/shared", config(registry.host));
  registry.intercept = ({ path, headers }, response) =>
    path !== "/v2/" &&
    headers.authorization !== `Basic ${auth}` &&
    sendRegistryError(response, 401, "UNAUTHORIZED", "log in", { "www-authenticate": "Basic realm=r" });
  const outcomeOf = async (access: ImageVerificationRequest["access"], scope?: BrokerScope) => {
    const answer = await ask(requestFor(bench, access === undefined ? {} : { access }), scope);
    return answer.kind === "failed" ? answer.message : "verified";
  };
  assert.match(await outcomeOf(undefined), /UNAUTHORIZED/);
  assert.match(await outcomeOf({ pullSecrets: { namespace: "team-a", names: ["other"] } }), /UNAUTHORIZED/);
  assert.match(await outcomeOf({ pullSecrets: { namespace: "team-a", names: ["absent"] } }), /UNAUTHORIZED/);
  assert.equal(await outcomeOf({ pullSecrets: { namespace: "team-a", names: ["mine"] } }), "verified");
  assert.equal(await outcomeOf({ secrets: ["shared"] }), "verified");
  assert.equal(await outcomeOf({ secrets: ["mine"] }, tenant), "verified");
  assert.match(await outcomeOf({ secrets: ["kyverno/shared"] }, tenant), /Secrets of that namespace only/);
  assert.match(await outcomeOf({ pullSecrets: { namespace: "team-b", names: ["mine"] } }, tenant), /only/);
  assert.match(await outcomeOf(undefined, tenant), /UNAUTHORIZED/, "nobody else's login is used");
});

test("the data of an image: where it points to, its documents, and linux/amd64 of an index", async (t) => {
  const { registry, ask } = await openImageBench(t);
  const image = registry.image("demo/app", "single");
  const platform = { os: "linux", architecture: "amd64" };
  const other = registry.image("demo/app", "arm");
  const index = registry.manifest(
    "demo/app",
    {
      schemaVersion: 2,
      mediaType: "application/vnd.oci.image.index.v1+json",
      manifests: [
        { ...other, platform: { os: "linux", architecture: "arm64" } },
        { ...image, platform },
      ],
    },
    { tag: "v1", mediaType: "application/vnd.oci.image.index.v1+json" },
  );
  const reference = `${registry.host}/demo/app:v1`;
  const descriptor = {
    image: reference,
    resolvedImage: `${registry.host}/demo/app@${index.digest}`,
    registry: registry.host,
    repository: "demo/app",
    identifier: "v1",
    ...index,
  };
  assert.deepEqual(await ask({ kind: "imageRegistry", reference, part: "descriptor" }), {
    kind: "value",
    value: descriptor,
  });
  const answer = await ask({ kind: "imageRegistry", reference });
  assert.ok(answer.kind === "value");
  const data = answer.value as { manifestList: object; manifest: object; configData: { config: object } };
  assert.deepEqual(
    { ...data, manifestList: 0, manifest: 0, configData: 0 },
    {
      ...descriptor,
      manifestList: 0,
      manifest: 0,
      configData: 0,
    },
  );
  assert.deepEqual(data.configData.config, { User: "1000", Labels: { seed: "single" } });
  assert.equal(Object.hasOwn(data.manifestList, "manifests"), true);
  assert.equal(Object.hasOwn(data.manifest, "layers"), true);
});

test("data of an image that is not there are a failure that names the image", async (t) => {
  const { registry, ask } = await openImageBench(t);
  const reference = `${registry.host}/demo/app:v1`;
  const answer = await ask({ kind: "imageRegistry", reference });
  assert.match(
    answer.kind === "failed" ? answer.message : "",
    new RegExp(`^failed to fetch image descriptor: ${reference}, error: GET .*: MANIFEST_UNKNOWN`),
  );
});
