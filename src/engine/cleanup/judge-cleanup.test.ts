import assert from "node:assert/strict";
import { describe, it } from "node:test";

import type { CleanupPolicySpec, ClusterCleanupPolicy } from "#api/kyverno/cleanup-policy.ts";

import { input, web } from "../evaluate.fixture.ts";
import type { JsonObject } from "../values/json.ts";
import { compileCleanup } from "./compile-cleanup.ts";
import { judgeCleanup } from "./judge-cleanup.ts";
import type { CleanupInput, CleanupVerdict } from "./judge-cleanup.ts";

const pods = { any: [{ resources: { kinds: ["Pod"] } }] };

function cleanup(spec: Partial<CleanupPolicySpec>): ClusterCleanupPolicy {
  return {
    apiVersion: "kyverno.io/v2",
    kind: "ClusterCleanupPolicy",
    metadata: { name: "c" },
    spec: { schedule: "* * * * *", match: pods, ...spec },
  };
}

function judge(spec: Partial<CleanupPolicySpec>, more: Partial<CleanupInput> = {}): CleanupVerdict {
  return judgeCleanup(compileCleanup(cleanup(spec)), { ...input(web), ...more });
}

const selected = { kind: "selected" };
const kept = (reason: string) => ({ kind: "kept", reason });
const isNamed = (value: string) => ({
  key: "{{ target.metadata.name }}",
  operator: "Equals" as const,
  value,
});
const namespace: Partial<CleanupInput> = {
  resource: { apiVersion: "v1", kind: "Namespace", metadata: { name: "shop" } },
  gvk: { group: "", version: "v1", kind: "Namespace" },
  namespace: "",
};
const selector = { matchLabels: { env: "test" } };

describe("judgeCleanup", () => {
  const cases: readonly [
    title: string,
    spec: Partial<CleanupPolicySpec>,
    more: Partial<CleanupInput>,
    expected: unknown,
  ][] = [
    ["selects what matches", {}, {}, selected],
    ["keeps other kinds", {}, namespace, kept("match")],
    ["keeps everything for an empty match", { match: {} }, {}, kept("match")],
    [
      "does not look at operations",
      { match: { any: [{ resources: { kinds: ["Pod"], operations: ["DELETE"] } }] } },
      {},
      selected,
    ],
    ["keeps what is excluded", { exclude: { any: [{ resources: { names: ["w*"] } }] } }, {}, kept("exclude")],
    ["selects what is not excluded", { exclude: { any: [{ resources: { names: ["x*"] } }] } }, {}, selected],
    ["keeps everything for an exclude that names nothing", { exclude: {} }, {}, kept("exclude")],
    [
      "selects by labels of the namespace",
      { match: { any: [{ resources: { kinds: ["Pod"], namespaceSelector: selector } }] } },
      { namespaceLabels: { env: "test" } },
      selected,
    ],
    [
      "keeps by labels of the namespace",
      { match: { any: [{ resources: { kinds: ["Pod"], namespaceSelector: selector } }] } },
      { namespaceLabels: { env: "live" } },
      kept("match"),
    ],
    [
      "does not ask Namespaces for labels of theirs",
      { match: { any: [{ resources: { kinds: ["Namespace"], namespaceSelector: selector } }] } },
      namespace,
      selected,
    ],
    ["selects where conditions hold", { conditions: { all: [isNamed("web")] } }, {}, selected],
    ["keeps where they do not", { conditions: { all: [isNamed("x")] } }, {}, kept("conditions")],
    ["asks for one of any", { conditions: { any: [isNamed("x"), isNamed("web")] } }, {}, selected],
    [
      "asks for all and any",
      { conditions: { all: [isNamed("web")], any: [isNamed("x")] } },
      {},
      kept("conditions"),
    ],
    ["asks for nothing with empty lists", { conditions: { all: [], any: [] } }, {}, selected],
    [
      "does not go on to any where all do not hold",
      { conditions: { all: [isNamed("x")], any: [{ key: "{{ none }}", operator: "Equals", value: 1 }] } },
      {},
      kept("conditions"),
    ],
    [
      "keeps what conditions cannot be evaluated for, and says why",
      { conditions: { all: [{ key: "{{ target.spec.none }}", operator: "Equals", value: 1 }] } },
      {},
      {
        kind: "failed",
        message:
          'failed to check conditions: failed to substitute variables in condition key: failed to resolve target.spec.none at path : JMESPath query failed: Unknown key "none" in path',
      },
    ],
    [
      "knows images and the namespace",
      {
        conditions: {
          all: [
            {
              key: "{{ images.containers.a.name }}-{{ request.namespace }}",
              operator: "Equals",
              value: "nginx-shop",
            },
          ],
        },
      },
      {},
      selected,
    ],
  ];
  for (const [title, spec, more, expected] of cases) {
    it(title, () => assert.deepEqual(judge(spec, more), expected));
  }

  it("evaluates context for each object by itself", () => {
    const compiled = compileCleanup(
      cleanup({
        context: [{ name: "own", variable: { jmesPath: "target.metadata.name" } }],
        conditions: { all: [{ key: "{{ own }}", operator: "Equals", value: "b" }] },
      }),
    );
    const verdicts = ["a", "b", "c"].map((name) => {
      const resource: JsonObject = { ...web, metadata: { name, namespace: "shop" } };
      return judgeCleanup(compiled, { ...input(web), resource }).kind;
    });
    assert.deepEqual(verdicts, ["kept", "selected", "kept"]);
  });

  it("waits for data", () => {
    const context = { lookUp: () => ({ kind: "pending" }) as const };
    const spec: Partial<CleanupPolicySpec> = {
      context: [{ name: "m", configMap: { name: "m", namespace: "n" } }],
      conditions: { all: [{ key: "{{ m.data.a }}", operator: "Equals", value: "1" }] },
    };
    assert.deepEqual(judge(spec, { context }), {
      kind: "pending",
      requests: [{ kind: "configMap", namespace: "n", name: "m" }],
    });
  });

  it("keeps objects of other namespaces where the policy is namespaced", () => {
    const { spec } = cleanup({});
    const own = (ns: string) =>
      judgeCleanup(
        compileCleanup({
          apiVersion: "kyverno.io/v2",
          kind: "CleanupPolicy",
          metadata: { name: "c", namespace: ns },
          spec,
        }),
        input(web),
      );
    assert.deepEqual(own("shop"), selected);
    assert.deepEqual(own("other"), kept("namespace"));
  });
});

describe("compileCleanup", () => {
  it("names the kinds to list, each once", () => {
    const match = {
      any: [{ resources: { kinds: ["Pod", "apps/v1/Deployment"] } }, { resources: { kinds: ["Pod"] } }],
    };
    assert.deepEqual(compileCleanup(cleanup({ match })).kinds, [
      { group: "*", version: "*", kind: "Pod", subresource: "" },
      { group: "apps", version: "v1", kind: "Deployment", subresource: "" },
    ]);
  });

  it("selects nothing where the policy cannot be compiled", () => {
    const deep = JSON.parse('{"a":'.repeat(300) + "1" + "}".repeat(300)) as JsonObject;
    const compiled = compileCleanup(
      cleanup({ conditions: { all: [{ key: deep, operator: "Equals", value: 1 }] } }),
    );
    assert.equal(compiled.problem, "the policy is nested deeper than 200 levels");
    assert.deepEqual(judgeCleanup(compiled, input(web)), { kind: "failed", message: compiled.problem });
  });
});
