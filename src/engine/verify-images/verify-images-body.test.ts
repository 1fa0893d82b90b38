import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { ImageVerificationRequest } from "#api/broker/image-request.ts";
import type { ImageVerification } from "#api/kyverno/verify-images.ts";

import { compile } from "../compile.ts";
import type { ContextAnswer, ContextRequest, ContextSource } from "../context/context-source.ts";
import { evaluate } from "../evaluate.ts";
import { input, policy } from "../evaluate.fixture.ts";
import type { Evaluation } from "../evaluation.ts";
import type { Json, JsonObject } from "../values/json.ts";

const digest = `sha256:${"a".repeat(64)}`;
const other = `sha256:${"b".repeat(64)}`;
const key = (name: string): string => `-----BEGIN PUBLIC KEY-----\n${name}\n-----END PUBLIC KEY-----`;
const signedBy = (...names: readonly string[]) => ({
  entries: names.map((name) => ({ keys: { publicKeys: key(name) } })),
});
const nobody = "no signatures found";

function pod(images: Readonly<Record<string, string>>, more: JsonObject = {}): JsonObject {
  const containers = Object.entries(images).map(([name, image]) => ({ name, image }));
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: "web", namespace: "shop" },
    spec: { containers },
    ...more,
  };
}

const verified = (statements: readonly Json[] = []): ContextAnswer => ({
  kind: "value",
  value: {
    verdict: "verified",
    resolvedImage: `r.io/a@${digest}`,
    digest,
    signatures: [],
    statements,
    warnings: [],
  },
});
const failed = (message: string): ContextAnswer => ({ kind: "value", value: { verdict: "failed", message } });
const outage: ContextAnswer = { kind: "failed", message: "GET https://r.io/v2/: 503", status: 503 };

/** Answers by the PEM text of the key that is asked for. */
function registry(
  answers: Readonly<Record<string, ContextAnswer>>,
): ContextSource & { readonly asked: ContextRequest[] } {
  const asked: ContextRequest[] = [];
  return {
    asked,
    lookUp: (request) => {
      asked.push(request);
      if (request.kind !== "imageVerification") return answers["descriptor"] ?? { kind: "pending" };
      const { attestor } = request;
      const text = JSON.stringify(attestor);
      const found = Object.keys(answers).find((name) => text.includes(name));
      return found === undefined ? failed(nobody) : (answers[found] ?? failed(nobody));
    },
  };
}

function verify(
  entries: readonly ImageVerification[],
  context: ContextSource,
  object: JsonObject = pod({ a: "r.io/a:1" }),
  more: { readonly imageExtractors?: Readonly<Record<string, readonly { readonly path: string }[]>> } = {},
): Evaluation {
  const kind = typeof object["kind"] === "string" ? object["kind"] : "";
  const rule = {
    name: "signed",
    match: { any: [{ resources: { kinds: [kind] } }] },
    verifyImages: entries,
    ...more,
  };
  const [group, version] = kind === "Pod" ? ["", "v1"] : ["example.com", "v1"];
  return evaluate(compile(policy([rule], { background: true })), {
    ...input(object, { context }),
    gvk: { group, version, kind },
  });
}

function outcome(evaluation: Evaluation): readonly [string, string] {
  if (evaluation.kind === "pending") return ["pending", String(evaluation.requests.length)];
  const [response] = evaluation.responses;
  return [response?.status ?? "none", response?.message ?? ""];
}

const all = ["r.io/*"];

describe("verifyImages", () => {
  const cases: readonly (readonly [
    string,
    ImageVerification,
    Readonly<Record<string, ContextAnswer>>,
    readonly [string, string],
  ])[] = [
    [
      "passes an image that the holder of the key signed",
      { imageReferences: all, attestors: [signedBy("red")] },
      { red: verified() },
      ["pass", "verified image signatures for r.io/a:1"],
    ],
    [
      "fails an image without a signature, and says which attestor missed it",
      { imageReferences: all, attestors: [signedBy("red")] },
      {},
      ["fail", "failed to verify image r.io/a:1: .attestors[0].entries[0].keys: no signatures found"],
    ],
    [
      "is an error where the registry does not answer, since that says nothing about the image",
      { imageReferences: all, attestors: [signedBy("red")] },
      { red: outage },
      ["error", "failed to verify image r.io/a:1: .attestors[0].entries[0].keys: GET https://r.io/v2/: 503"],
    ],
    [
      "wants all entries of a set that does not say how many",
      { imageReferences: all, attestors: [signedBy("red", "blue")] },
      { red: verified() },
      ["fail", "failed to verify image r.io/a:1: .attestors[0].entries[1].keys: no signatures found"],
    ],
    [
      "wants as many entries as the set says",
      { imageReferences: all, attestors: [{ ...signedBy("red", "blue"), count: 1 }] },
      { blue: verified() },
      ["pass", "verified image signatures for r.io/a:1"],
    ],
    [
      "counts the keys of one text one by one",
      {
        imageReferences: all,
        attestors: [{ entries: [{ keys: { publicKeys: `${key("red")}\n${key("blue")}` } }] }],
      },
      { blue: verified() },
      ["fail", "failed to verify image r.io/a:1: .attestors[0].entries[0].keys: no signatures found"],
    ],
    [
      "is an error where the one that cannot be asked might have been enough",
      { imageReferences: all, attestors: [{ ...signedBy("red", "blue"), count: 1 }] },
      { red: outage },
      [
        "error",
        "failed to verify image r.io/a:1: .attestors[0].entries[0].keys: GET https://r.io/v2/: 503; .attestors[0].entries[1].keys: no signatures found",
      ],
    ],
    [
      "wants every set",
      { imageReferences: all, attestors: [signedBy("red"), signedBy("blue")] },
      { red: verified() },
      ["fail", "failed to verify image r.io/a:1: .attestors[1].entries[0].keys: no signatures found"],
    ],
    [
      "reads nested sets",
      { imageReferences: all, attestors: [{ entries: [{ attestor: signedBy("red") }] }] },
      {},
      [
        "fail",
        "failed to verify image r.io/a:1: .attestors[0].entries[0].attestor.entries[0].keys: no signatures found",
      ],
    ],
    [
      "believes nobody where a set names nobody",
      { imageReferences: all, attestors: [{ entries: [] }] },
      {},
      ["fail", "failed to verify image r.io/a:1: .attestors[0]: it names nobody who could have signed"],
    ],
    [
      "reads the deprecated fields",
      { image: "r.io/*", key: key("red") },
      { red: verified() },
      ["pass", "verified image signatures for r.io/a:1"],
    ],
    ["has no result for images that it does not mean", { imageReferences: ["quay.io/*"] }, {}, ["none", ""]],
    [
      "says which images it leaves out",
      { imageReferences: all, skipImageReferences: ["r.io/a*"], attestors: [signedBy("red")] },
      {},
      ["skip", "skipping image reference image r.io/a:1, policy p ruleName signed"],
    ],
    [
      "takes no keys for Notary",
      { imageReferences: all, type: "Notary", attestors: [signedBy("red")] },
      {},
      [
        "fail",
        "failed to verify image r.io/a:1: .attestors[0].entries[0]: only certificates can vouch for Notary signatures",
      ],
    ],
    [
      "fails an image that has to be verified by nobody in particular",
      { imageReferences: all, mutateDigest: false },
      {},
      ["fail", "unverified image r.io/a:1"],
    ],
    [
      "passes where only the digest is wanted and can be had",
      { imageReferences: all },
      { descriptor: { kind: "value", value: {} } },
      ["pass", "mutated image digest"],
    ],
  ];
  for (const [title, entry, answers, expected] of cases) {
    it(title, () => {
      assert.deepEqual(outcome(verify([entry], registry(answers))), expected);
    });
  }

  it("asks for all images of an object at once, and for each only once", () => {
    const source: ContextSource = { lookUp: () => ({ kind: "pending" }) };
    const images = { a: "r.io/a:1", b: "r.io/b:1", c: "r.io/a:1" };
    const entry = {
      imageReferences: all,
      attestors: [signedBy("red")],
      attestations: [{ type: "t", attestors: [signedBy("red")] }],
    };
    assert.deepEqual(outcome(verify([entry], source, pod(images))), ["pending", "4"]);
  });

  it("gives one verdict for several images: the worst, for those that have it", () => {
    const entries = [
      { imageReferences: ["r.io/a*"], attestors: [signedBy("red")] },
      { imageReferences: ["r.io/b*"], attestors: [signedBy("blue")] },
    ];
    const images = pod({ a: "r.io/a:1", b: "r.io/b:1" });
    assert.deepEqual(outcome(verify(entries, registry({ red: verified() }), images)), [
      "fail",
      "failed to verify image r.io/b:1: .attestors[0].entries[0].keys: no signatures found",
    ]);
  });

  it("says what a container runs where its tag has moved since", () => {
    const moved = pod(
      { a: "r.io/a:1" },
      { status: { containerStatuses: [{ name: "a", imageID: `docker-pullable://r.io/a@${other}` }] } },
    );
    const evaluation = verify(
      [{ imageReferences: all, attestors: [signedBy("red")] }],
      registry({ red: verified() }),
      moved,
    );
    assert.equal(evaluation.kind, "completed");
    assert.deepEqual(evaluation.kind === "completed" ? evaluation.responses[0]?.properties : undefined, {
      "running-image": `a: r.io/a@${other}`,
    });
  });

  it("asks with the pull secrets of the pod and the credentials of the policy", () => {
    const source = registry({ red: verified() });
    const object = pod({ a: "r.io/a:1" });
    const withSecret = {
      ...object,
      spec: { ...(object["spec"] as JsonObject), imagePullSecrets: [{ name: "login" }] },
    };
    const entry = {
      imageReferences: all,
      attestors: [signedBy("red")],
      imageRegistryCredentials: { allowInsecureRegistry: true, secrets: ["own"] },
    };
    verify([entry], source, withSecret);
    const [request] = source.asked;
    assert.deepEqual((request as ImageVerificationRequest).access, {
      allowInsecure: true,
      secrets: ["own"],
      pullSecrets: { namespace: "shop", names: ["login"] },
    });
  });

  it("finds images where a custom extractor says they are", () => {
    const object: JsonObject = {
      apiVersion: "example.com/v1",
      kind: "Task",
      metadata: { name: "t", namespace: "shop" },
      spec: { steps: [{ image: "r.io/a:1" }, { name: "none" }, { image: `r.io/b:2@${digest}` }] },
    };
    const entry = { imageReferences: all, attestors: [signedBy("red")] };
    const evaluation = verify([entry], registry({}), object, {
      imageExtractors: { Task: [{ path: "/spec/steps/*/image" }] },
    });
    assert.deepEqual(outcome(evaluation), [
      "fail",
      `failed to verify image r.io/a:1: .attestors[0].entries[0].keys: no signatures found; failed to verify image r.io/b@${digest}: .attestors[0].entries[0].keys: no signatures found`,
    ]);
  });

  it("says so where registries are not read at all", () => {
    const evaluation = verify([{ imageReferences: all, attestors: [signedBy("red")] }], {
      lookUp: () => ({ kind: "unavailable" }),
    });
    assert.equal(outcome(evaluation)[0], "error");
    assert.equal(evaluation.kind === "completed" ? evaluation.responses[0]?.unsupported : "", "verifyImages");
  });

  it("fails an image that is no reference as an error", () => {
    const [status, message] = outcome(
      verify(
        [{ imageReferences: ["*"], attestors: [signedBy("red")] }],
        registry({}),
        pod({ a: "r.io/A:1" }),
      ),
    );
    assert.equal(status, "error");
    assert.match(message, /invalid image 'r\.io\/A:1'/);
  });
});

describe("verifyImages: attestations", () => {
  const statement = (builder: string) => ({ type: "t", predicate: { builder: { id: builder } } });
  const trusted = {
    all: [{ key: "{{ builder.id }}", operator: "Equals" as const, value: "ci", message: "not built by ci" }],
  };
  const entry = (
    conditions: readonly object[],
    more: Partial<ImageVerification> = {},
  ): ImageVerification => ({
    imageReferences: all,
    attestations: [{ name: "build", type: "t", attestors: [signedBy("red")], conditions }],
    ...more,
  });

  it("pass where every statement meets the conditions", () => {
    assert.deepEqual(outcome(verify([entry([trusted])], registry({ red: verified([statement("ci")]) }))), [
      "pass",
      "verified image attestations for r.io/a:1",
    ]);
  });

  it("fail where one does not", () => {
    const [status, message] = outcome(
      verify([entry([trusted])], registry({ red: verified([statement("ci"), statement("laptop")]) })),
    );
    assert.equal(status, "fail");
    assert.match(message, /attestation checks failed for r\.io\/a:1 and predicate t: not built by ci/);
  });

  it("fail where nobody of the set made a statement", () => {
    assert.deepEqual(outcome(verify([entry([])], registry({}))), [
      "fail",
      "image attestations verification failed, verifiedCount: 0, requiredCount: 1, error: .attestations[0].attestors[0].entries[0].keys: no signatures found",
    ]);
  });

  it("are not believed where nobody has to have made them", () => {
    const open: ImageVerification = { imageReferences: all, attestations: [{ type: "t" }] };
    assert.deepEqual(outcome(verify([open], registry({}))), [
      "fail",
      ".attestations[0]: it names nobody who could have made the statement",
    ]);
  });

  it("are seen by the entry's own conditions under their names", () => {
    const own = {
      validate: {
        message: "built by {{ build.builder.id }}",
        deny: {
          conditions: {
            any: [{ key: "{{ build.builder.id }}", operator: "NotEquals" as const, value: "ci" }],
          },
        },
      },
    } as Partial<ImageVerification>;
    const judged = (builder: string) =>
      outcome(verify([entry([], own)], registry({ red: verified([statement(builder)]) })));
    assert.deepEqual(judged("ci"), ["pass", "verifyImages validation is passed in signed rule"]);
    assert.deepEqual(judged("laptop"), ["fail", "built by laptop"]);
  });
});
