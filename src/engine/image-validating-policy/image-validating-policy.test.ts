import assert from "node:assert/strict";
import { describe, it } from "node:test";

import type { ImageValidatingPolicySpec } from "#api/policies/image-validating-policy.ts";

import { compileCelExceptions } from "../cel-policy/cel-exception-index.ts";
import { compile } from "../compile.ts";
import type { ContextSource } from "../context/context-source.ts";
import { input } from "../evaluate.fixture.ts";
import { evaluate } from "../evaluate.ts";
import type { EvaluationInput } from "../input.ts";
import { podsCreated } from "../validating-policy/validating-policy.fixture.ts";
import { compileGlob } from "./image-references.ts";

const digest = `ghcr.io/shop/web@sha256:${"a".repeat(64)}`;

function judge(
  spec: Partial<ImageValidatingPolicySpec>,
  image: string,
  more: Partial<EvaluationInput> = {},
): unknown[] {
  const compiled = compile({
    apiVersion: "policies.kyverno.io/v1",
    kind: "ImageValidatingPolicy",
    metadata: { name: "p" },
    spec: { matchConstraints: podsCreated, attestors: [], validations: [], ...spec },
  });
  const pod = {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: "web", namespace: "shop" },
    spec: { containers: [{ name: "a", image }] },
  };
  const evaluation = evaluate(compiled, input(pod, more));
  assert.equal(evaluation.kind, "completed");
  return evaluation.kind === "completed"
    ? evaluation.responses.map(({ rule, type, status, message }) => [rule, type, status, message])
    : [];
}

const lenient = { validationConfigurations: { verifyDigest: false, required: false } };

describe("an ImageValidatingPolicy", () => {
  it("is judged as far as no registry is asked", () => {
    const validations = [{ expression: "images.containers.all(i, i.startsWith('ghcr.io/'))", message: "no" }];
    assert.deepEqual(judge({ ...lenient, validations }, "ghcr.io/a"), [
      ["p", "imageVerify", "pass", "success"],
    ]);
    assert.deepEqual(judge({ ...lenient, validations }, "nginx"), [["p", "imageVerify", "fail", "no"]]);
  });

  it("is an error, never a pass, where a signature is asked for", () => {
    const validations = [
      { expression: "images.containers.map(i, verifyImageSignatures(i, [attestors.a])).all(n, n > 0)" },
    ];
    const attestors = [{ name: "a", notary: { certs: { value: "pem" } } }];
    const [[rule, , status, message] = []] = judge(
      { ...lenient, attestors, validations },
      digest,
    ) as string[][];
    assert.deepEqual([rule, status], ["evaluation", "error"]);
    assert.match(message ?? "", /no image registry is read here/);
  });

  describe("that asks for signatures", () => {
    const attestors = [
      { name: "red", cosign: { key: { data: "red" }, ctlog: { insecureIgnoreTlog: true } } },
      { name: "blue", cosign: { key: { expression: "'bl' + 'ue'" }, ctlog: { insecureIgnoreTlog: true } } },
    ];
    const attestations = [{ name: "sbom", intoto: { type: "https://cyclonedx.org/bom" } }];
    const validations = [
      {
        expression:
          "images.containers.map(i, verifyImageSignatures(i, [attestors.red, attestors.blue])).all(n, n > 0)",
        message: "nobody signed it",
      },
    ];
    /** Signed by the holder of a key. */
    const signedBy = (key: string): ContextSource => ({
      lookUp: (request) => {
        if (request.kind !== "imageVerification") return { kind: "unavailable" };
        if (!JSON.stringify(request.attestor).includes(`"${key}"`)) {
          return { kind: "value", value: { verdict: "failed", message: "no signatures found" } };
        }
        const statements = [{ type: "t", predicate: { name: "web" } }];
        return {
          kind: "value",
          value: {
            verdict: "verified",
            resolvedImage: digest,
            digest: "",
            signatures: [],
            statements,
            warnings: [],
          },
        };
      },
    });
    const verdict = (spec: Partial<ImageValidatingPolicySpec>, context: ContextSource): unknown =>
      judge({ attestors, attestations, validations, ...spec }, digest, { context })[0];

    it("counts those whose signature holds, also with a key that an expression gives", () => {
      assert.deepEqual(verdict({}, signedBy("blue")), ["p", "imageVerify", "pass", "success"]);
      assert.deepEqual(verdict({}, signedBy("green")), ["p", "imageVerify", "fail", "nobody signed it"]);
    });

    it("counts none for an image that it is not about", () => {
      const away = { ...lenient, matchImageReferences: [{ glob: "quay.io/*" }] };
      const other = [{ expression: `verifyImageSignatures('${digest}', [attestors.red]) == 0` }];
      assert.deepEqual(verdict({ ...away, validations: other }, signedBy("red")), [
        "p",
        "imageVerify",
        "pass",
        "success",
      ]);
    });

    it("is an error where the registry does not answer", () => {
      const outage: ContextSource = { lookUp: () => ({ kind: "failed", message: "HTTP 503" }) };
      assert.deepEqual(verdict({}, outage), [
        "evaluation",
        "imageVerify",
        "error",
        `failed to evaluate policy: failed to verify image ${digest}: HTTP 503`,
      ]);
    });

    it("does not take an image for verified whose signature did not hold", () => {
      const careless = [{ expression: `verifyImageSignatures('${digest}', [attestors.red]) >= 0` }];
      const [rule, , status, message] = verdict({ validations: careless }, signedBy("green")) as string[];
      assert.deepEqual([rule, status], ["p", "fail"]);
      assert.match(message ?? "", /is not verified/);
    });

    it("reads what a verified statement says", () => {
      const reads = [
        {
          expression: `verifyAttestationSignatures('${digest}', attestations.sbom, [attestors.red]) > 0 && extractPayload('${digest}', 'sbom').name == 'web'`,
        },
      ];
      assert.deepEqual(verdict({ validations: reads }, signedBy("red")), [
        "p",
        "imageVerify",
        "pass",
        "success",
      ]);
    });

    it("waits for all parties at once", () => {
      const compiled = compile({
        apiVersion: "policies.kyverno.io/v1",
        kind: "ImageValidatingPolicy",
        metadata: { name: "p" },
        spec: { matchConstraints: podsCreated, attestors, validations, ...lenient },
      });
      const pod = {
        apiVersion: "v1",
        kind: "Pod",
        metadata: { name: "web", namespace: "shop" },
        spec: { containers: [{ name: "a", image: digest }] },
      };
      const evaluation = evaluate(compiled, input(pod, { context: { lookUp: () => ({ kind: "pending" }) } }));
      assert.equal(evaluation.kind === "pending" ? evaluation.requests.length : 0, 2);
    });
  });

  it("wants digests and verified images unless it says otherwise", () => {
    const validations = [{ expression: "true" }];
    assert.deepEqual(judge({ validations }, "ghcr.io/shop/web:1"), [
      ["p", "imageVerify", "fail", "image ghcr.io/shop/web:1 does not have a digest"],
    ]);
    assert.deepEqual(judge({ validations }, digest), [
      [
        "p",
        "imageVerify",
        "fail",
        `image ${digest} is not verified: no policy performed a signature or attestation check on it`,
      ],
    ]);
  });

  it("is about the images that its references mean", () => {
    const spec = { matchImageReferences: [{ glob: "ghcr.io/*" }, { expression: "ref == 'nginx'" }] };
    const validations = [{ expression: "images.containers.size() == 0", message: "meant" }];
    const verdict = (image: string) => judge({ ...lenient, ...spec, validations }, image).flat()[2];
    assert.deepEqual(["ghcr.io/a/b", "nginx", "redis"].map(verdict), ["fail", "fail", "pass"]);
  });

  it("has no result where a condition does not hold", () => {
    const spec = { matchConditions: [{ name: "n", expression: "false" }] };
    assert.deepEqual(judge({ ...lenient, ...spec }, "nginx"), []);
  });

  it("is skipped by exceptions, whatever they want their result to be", () => {
    const celExceptions = compileCelExceptions([
      {
        apiVersion: "policies.kyverno.io/v1",
        kind: "PolicyException",
        metadata: { name: "e", namespace: "shop" },
        spec: {
          policyRefs: [{ kind: "ImageValidatingPolicy", name: "p" }],
          reportResult: "pass",
          images: ["x"],
        },
      },
    ]);
    assert.deepEqual(judge({}, "nginx", { celExceptions }), [
      ["exception", "imageVerify", "skip", "rule is skipped due to policy exception: shop/e"],
    ]);
  });
});

describe("globs of images", () => {
  const rows: readonly (readonly [glob: string, text: string, matches: boolean])[] = [
    ["*", "ghcr.io/a/b:1", true],
    ["ghcr.io/*", "ghcr.io/a/b:1", true],
    ["ghcr.io/?", "ghcr.io/ab", false],
    ["{ghcr,quay}.io/a", "quay.io/a", true],
    ["a[bc]d", "abd", true],
    ["a[!bc]d", "abd", false],
    ["a.b", "axb", false],
    [String.raw`a\*b`, "a*b", true],
  ];
  for (const [glob, text, matches] of rows) {
    it(`${glob} ${matches ? "takes" : "leaves"} ${text}`, () =>
      assert.equal(compileGlob(glob)(text), matches));
  }
});
