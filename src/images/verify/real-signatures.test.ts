import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import type { CosignAttestor, ImageVerification, NotaryAttestor } from "#api/broker/image-request.ts";
import { newKey, pemOf } from "#test/support/certificates.ts";
import type { RegistryLayout } from "#test/support/fake-registry.ts";
import { attestationOf, keyAttestor, openImageBench, type ImageBench } from "../images.fixture.ts";

interface Signed extends RegistryLayout {
  readonly key: string;
  readonly certificates: { readonly jws: string; readonly cose: string };
}

/** What cosign and the Notary Project's library signed; made by `test/tools/image-fixtures.ts`. */
const signed = JSON.parse(
  readFileSync(new URL("../../../test/fixtures/images/signed.json", import.meta.url), "utf8"),
) as Signed;
const predicateType = "https://slsa.dev/provenance/v1";
const stranger = pemOf(newKey().publicKey);

async function open(t: Parameters<typeof openImageBench>[0]) {
  const bench = await openImageBench(t);
  bench.registry.hasReferrersApi = false;
  bench.registry.load("demo/app", signed);
  return bench;
}

const about = ({ registry }: ImageBench, tag: string) => ({ image: `${registry.host}/demo/app:${tag}` });
const statements = (found: ImageVerification) =>
  found.verdict === "verified" ? found.statements : found.message;
const bundle: Partial<CosignAttestor> = { format: "bundle" };

for (const [tag, more] of [
  ["tagged", {}],
  ["bundled", bundle],
  ["tagged", { format: "bundleOrTag" }],
  ["bundled", { format: "bundleOrTag" }],
] as const) {
  const how = `${tag} as ${"format" in more ? more.format : "tag"}`;
  test(`cosign's own signature holds: ${how}`, async (t) => {
    const bench = await open(t);
    assert.equal(await bench.outcome(keyAttestor(signed.key, more), about(bench, tag)), "verified");
    assert.equal(
      await bench.outcome(keyAttestor(stranger, more), about(bench, tag)),
      "no matching signatures: " +
        Array.from({ length: tag === "bundled" ? 2 : 1 })
          .fill("invalid signature when validating ASN.1 encoded signature")
          .join("\n "),
    );
  });

  test(`cosign's own attestation holds: ${how}`, async (t) => {
    const bench = await open(t);
    const request = { ...about(bench, tag), ...attestationOf(predicateType) };
    const found = statements(await bench.verdict(keyAttestor(signed.key, more), request));
    assert.equal(Array.isArray(found) ? found.length : found, 1);
    assert.match(JSON.stringify(found), /"builder":\{"id":"fixture"/);
    assert.match(await bench.outcome(keyAttestor(stranger, more), request), /^no matching attestations: /);
  });
}

test("cosign's annotations are among what it signed", async (t) => {
  const bench = await open(t);
  const party = (env: string) => keyAttestor(signed.key, { annotations: { env } });
  assert.equal(await bench.outcome(party("prod"), about(bench, "tagged")), "verified");
  assert.match(await bench.outcome(party("test"), about(bench, "tagged")), /annotations/);
});

test("an image that has bundles alone has no signature below its tag", async (t) => {
  const bench = await open(t);
  assert.equal(await bench.outcome(keyAttestor(signed.key), about(bench, "bundled")), "no signatures found");
});

test("cosign's signature of one image is none of another", async (t) => {
  const bench = await open(t);
  const [from, to] = [signed.tags["tagged"] ?? "", signed.tags["jws"] ?? ""];
  const copied = signed.tags[`${from.replace(":", "-")}.sig`] ?? "";
  bench.registry.load("demo/app", { ...signed, tags: { [`${to.replace(":", "-")}.sig`]: copied } });
  assert.match(await bench.outcome(keyAttestor(signed.key), about(bench, "jws")), /digest in claim/);
});

for (const envelope of ["jws", "cose"] as const) {
  test(`a Notary signature of its own library holds: ${envelope}`, async (t) => {
    const bench = await open(t);
    const party = (certificates: string): NotaryAttestor => ({ kind: "notary", certificates });
    const found = await bench.verdict(party(signed.certificates[envelope]), about(bench, envelope));
    assert.equal(found.verdict, "verified", JSON.stringify(found));
    assert.deepEqual(found.verdict === "verified" ? found.signatures : [], [
      { format: `notary-${envelope}`, subjects: ["C=US, ST=WA, O=Fixtures, CN=fixture"] },
    ]);
    const other = envelope === "jws" ? "cose" : "jws";
    assert.match(
      await bench.outcome(party(signed.certificates[other]), about(bench, envelope)),
      /the signature's certificate chain does not contain any trusted certificate$/,
    );
  });
}
