import assert from "node:assert/strict";
import { describe, it } from "node:test";
import * as fc from "fast-check";

import type { ClusterPolicy, Policy } from "#api/kyverno/cluster-policy.ts";
import type { PolicySpec } from "#api/kyverno/policy-spec.ts";
import type { Rule } from "#api/kyverno/rule.ts";

import { Budget, defaultBudgetLimits } from "./budget.ts";
import { compile } from "./compile.ts";
import type { ContextAnswer, ContextRequest, ContextSource } from "./context/context-source.ts";
import { evaluate } from "./evaluate.ts";
import type { EvaluationInput } from "./input.ts";
import type { RuleResponse } from "./response.ts";
import type { Json, JsonObject } from "./values/json.ts";

const offline: ContextSource = { lookUp: () => ({ kind: "unavailable" }) };
const pods = { any: [{ resources: { kinds: ["Pod"] } }] };

function policy(rules: readonly Rule[], more: Partial<PolicySpec> = {}): ClusterPolicy {
  return {
    apiVersion: "kyverno.io/v1",
    kind: "ClusterPolicy",
    metadata: { name: "p" },
    spec: { rules, ...more },
  };
}

function rule(name: string, more: Partial<Rule>): Rule {
  return { name, match: pods, ...more };
}

function input(resource: JsonObject, more: Partial<EvaluationInput> = {}): EvaluationInput {
  return {
    resource,
    gvk: { group: "", version: "v1", kind: "Pod" },
    subresource: "",
    operation: "CREATE",
    namespace: "shop",
    nowMs: 0,
    seed: 1,
    numbers: "int64",
    budget: new Budget(),
    context: offline,
    ...more,
  };
}

const web: JsonObject = {
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name: "web", namespace: "shop", labels: { app: "web" } },
  spec: {
    containers: [
      { name: "a", image: "nginx:1", ports: [{ containerPort: 80 }] },
      { name: "b", image: "ghcr.io/x/y" },
    ],
  },
};

function judge(
  rules: readonly Rule[],
  more: Partial<EvaluationInput> = {},
  spec: Partial<PolicySpec> = {},
): readonly RuleResponse[] {
  const evaluation = evaluate(compile(policy(rules, spec)), input(web, more));
  assert.equal(evaluation.kind, "completed");
  return evaluation.kind === "completed" ? evaluation.responses : [];
}

function verdicts(responses: readonly RuleResponse[]): [rule: string, status: string, message: string][] {
  return responses.map(({ rule, status, message }) => [rule, status, message]);
}

function one(body: Partial<Rule>, more: Partial<EvaluationInput> = {}): [status: string, message: string] {
  const [response, ...others] = judge([rule("r", body)], more);
  assert.deepEqual(others, []);
  return [response?.status ?? "none", response?.message ?? ""];
}

const never = { all: [{ key: "a", operator: "Equals", value: "b", message: "a is not b" }] };
const always = { all: [{ key: "a", operator: "Equals", value: "a", message: "a is a" }] };

type MessageCase = readonly [title: string, body: Partial<Rule>, status: string, message: string];

const messages: readonly MessageCase[] = [
  [
    "a pattern that matches",
    { validate: { pattern: { metadata: { name: "w*" } } } },
    "pass",
    "validation rule 'r' passed.",
  ],
  [
    "a pattern that does not, with a message",
    { validate: { message: "Bad {{ request.object.metadata.name }}", pattern: { metadata: { name: "x" } } } },
    "fail",
    "validation error: Bad web. rule r failed at path /metadata/name/",
  ],
  [
    "a message that ends with a dot",
    { validate: { message: "Bad.", pattern: { metadata: { name: "x" } } } },
    "fail",
    "validation error: Bad. rule r failed at path /metadata/name/",
  ],
  [
    "no message",
    { validate: { pattern: { metadata: { name: "x" } } } },
    "fail",
    "validation error: rule r failed at path /metadata/name/",
  ],
  [
    "a message whose variable does not exist",
    { validate: { message: "{{ nobody }}", pattern: { metadata: { name: "x" } } } },
    "fail",
    "validation error: variables substitution error in rule r execution error: resource value 'web' does not match 'x' at path /metadata/name/",
  ],
  [
    "a pattern whose variable does not exist",
    { validate: { pattern: { metadata: { name: "{{ nobody }}" } } } },
    "error",
    'variable substitution failed: failed to resolve nobody at path /metadata/name: JMESPath query failed: Unknown key "nobody" in path',
  ],
  [
    "anyPattern with a match",
    { validate: { anyPattern: [{ metadata: { name: "x" } }, { metadata: { name: "web" } }] } },
    "pass",
    "validation rule 'r' anyPattern[1] passed.",
  ],
  [
    "anyPattern without a match",
    { validate: { message: "No", anyPattern: [{ metadata: { name: "x" } }, { spec: { hostPID: true } }] } },
    "fail",
    "validation error: No. rule r[0] failed at path /metadata/name/ rule r[1] failed at path /spec/hostPID/",
  ],
  [
    "an anchor that does not apply",
    { validate: { pattern: { metadata: { "(name)": "x" } } } },
    "skip",
    "conditional anchor mismatch: resource value 'web' does not match 'x' at path /metadata/name/",
  ],
  [
    "deny that does not hold",
    { validate: { deny: { conditions: never } } },
    "pass",
    "validation rule 'r' passed.",
  ],
  [
    "deny that holds, with messages",
    { validate: { message: "Denied {{ request.operation }}", deny: { conditions: always } } },
    "fail",
    "Denied CREATE; a is a",
  ],
  [
    "deny without conditions or message",
    { validate: { deny: {} } },
    "fail",
    "validation error: rule r failed",
  ],
  [
    "deny whose variable does not exist",
    { validate: { deny: { conditions: { all: [{ key: "{{ x.y }}", operator: "Equals", value: "" }] } } } },
    "error",
    'failed to check deny conditions: failed to substitute variables in condition key: failed to resolve x.y at path : JMESPath query failed: Unknown key "x" in path',
  ],
  [
    "preconditions that are not met",
    { preconditions: never, validate: { deny: {} } },
    "skip",
    "preconditions not met; a is not b",
  ],
  [
    "preconditions that cannot be evaluated",
    {
      preconditions: { all: [{ key: "{{ request.userInfo }}", operator: "Equals", value: "" }] },
      validate: { deny: {} },
    },
    "error",
    'failed to evaluate preconditions: failed to substitute variables in condition key: failed to resolve request.userInfo at path : JMESPath query failed: Unknown key "userInfo" in path',
  ],
  [
    "images in parts",
    { validate: { message: "{{ images.containers.a.registry }} {{ images.containers.b.tag }}", deny: {} } },
    "fail",
    "docker.io latest",
  ],
  [
    "foreach over elements that all pass",
    { validate: { foreach: [{ list: "request.object.spec.containers", pattern: { image: "*" } }] } },
    "pass",
    "rule passed",
  ],
  [
    "foreach with an element that fails",
    {
      validate: {
        message: "{{ element.name }} at {{ elementIndex }}",
        foreach: [{ list: "request.object.spec.containers", pattern: { image: "nginx*" } }],
      },
    },
    "fail",
    "validation failure: validation error: b at 1. rule r failed at path /image/",
  ],
  [
    "nested foreach",
    {
      validate: {
        message: "{{ element0.name }}:{{ element1.containerPort }}",
        foreach: [
          {
            list: "request.object.spec.containers",
            foreach: [
              {
                list: "element.ports || `[]`",
                deny: {
                  conditions: {
                    all: [{ key: "{{ element.containerPort }}", operator: "LessThan", value: 1024 }],
                  },
                },
              },
            ],
          },
        ],
      },
    },
    "error",
    "validation failure: validation failure: ",
  ],
  [
    "foreach over a list that does not exist",
    { validate: { foreach: [{ list: "request.object.x", deny: {} }] } },
    "none",
    "",
  ],
  [
    "elementScope of an element that is no object",
    { validate: { foreach: [{ list: '`["a"]`', elementScope: true, pattern: {} }] } },
    "error",
    "failed to process foreach: cannot use elementScope=true foreach rules for elements that are not maps, expected type=map got type=string",
  ],
];

describe("evaluate: messages", () => {
  for (const [title, body, status, message] of messages.filter(([title]) => title !== "nested foreach")) {
    it(title, () => {
      assert.deepEqual(one(body), [status, message]);
    });
  }

  it("nested foreach names both elements and repeats its prefix", () => {
    const body = messages.find(([title]) => title === "nested foreach")?.[1] ?? {};
    assert.deepEqual(one(body, { numbers: "float64" }), [
      "fail",
      "validation failure: validation failure: a:80",
    ]);
  });
});

describe("evaluate: gates", () => {
  const deny = { validate: { deny: {} } };

  it("gives nothing where the rule does not match, which is no skip", () => {
    assert.deepEqual(
      judge([rule("r", { ...deny, match: { any: [{ resources: { kinds: ["Job"] } }] } })]),
      [],
    );
  });

  it("applies a namespaced policy to its own namespace only", () => {
    const namespaced: Policy = {
      apiVersion: "kyverno.io/v1",
      kind: "Policy",
      metadata: { name: "p", namespace: "shop" },
      spec: { rules: [rule("r", deny)] },
    };
    const compiled = compile(namespaced);
    const count = (namespace: string) => {
      const evaluation = evaluate(compiled, input(web, { namespace }));
      return evaluation.kind === "completed" ? evaluation.responses.length : -1;
    };
    assert.deepEqual([count("shop"), count("other"), count("")], [1, 0, 0]);
  });

  it("ends applyRules One at the first pass or fail, not at a skip", () => {
    const rules = [rule("a", { ...deny, preconditions: never }), rule("b", deny), rule("c", deny)];
    assert.deepEqual(
      judge(rules, {}, { applyRules: "One" }).map(({ rule, status }) => [rule, status]),
      [
        ["a", "skip"],
        ["b", "fail"],
      ],
    );
  });

  it("says nothing for rules that change or make objects", () => {
    const rules = [
      rule("m", { mutate: { patchStrategicMerge: {} } }),
      rule("g", { generate: { kind: "ConfigMap" } }),
    ];
    assert.deepEqual(judge(rules), []);
  });

  it("has no verdict of patterns on a DELETE, and denies the old object", () => {
    const gone = { operation: "DELETE", resource: {}, oldResource: web } as const;
    assert.deepEqual(one({ validate: { pattern: { metadata: { name: "x" } } } }, gone), ["none", ""]);
    const body = { validate: { message: "{{ request.object.metadata.name }} goes", deny: {} } };
    assert.deepEqual(one(body, gone), ["fail", "web goes"]);
  });

  it("lets an exception turn a verdict into a skip, after preconditions", () => {
    const exceptions = {
      find: (key: string, name: string) =>
        key === "p" && name !== "c"
          ? [
              { key: "ns/e1", applies: () => true },
              { key: "ns/e2", applies: () => true },
            ]
          : [],
    };
    const rules = [rule("a", deny), rule("b", { ...deny, preconditions: never }), rule("c", deny)];
    const [a, b, c] = judge(rules, { exceptions });
    assert.deepEqual(
      [a?.status, a?.message, a?.exceptions],
      ["skip", "rule is skipped due to policy exceptionsns/e1, ns/e2", ["ns/e1", "ns/e2"]],
    );
    assert.deepEqual([b?.message, c?.status], ["preconditions not met; a is not b", "fail"]);
  });

  it("substitutes report properties, all or none", () => {
    const name = "{{ request.object.metadata.name }}";
    const [good, bad] = judge([
      rule("good", { ...deny, reportProperties: { name, team: "a" } }),
      rule("bad", { ...deny, reportProperties: { name, team: "{{ nobody }}" } }),
    ]);
    assert.deepEqual(good?.properties, { name: "web", team: "a" });
    assert.deepEqual(bad?.properties, { name, team: "{{ nobody }}" });
  });

  it("sees users where they are known", () => {
    const user = {
      username: "system:serviceaccount:shop:robot",
      groups: ["g"],
      roles: ["shop:r"],
      clusterRoles: [],
    };
    const message =
      "{{ serviceAccountName }} {{ serviceAccountNamespace }} {{ request.userInfo.groups[0] }} {{ request.roles[0] }}";
    assert.deepEqual(one({ validate: { message, deny: {} } }, { user }), ["fail", "robot shop g shop:r"]);
  });
});

describe("evaluate: isolation", () => {
  const fine = rule("fine", { validate: { deny: {} } });

  const unsupported: readonly [feature: string, body: Partial<Rule>][] = [
    ["validate.podSecurity", { validate: { podSecurity: { level: "baseline" } } }],
    ["validate.cel", { validate: { cel: { expressions: [{ expression: "true" }] } } }],
    ["validate.manifests", { validate: { manifests: {} } }],
    ["validate.assert", { validate: { assert: {} } }],
    ["verifyImages", { verifyImages: [{ imageReferences: ["*"] }] }],
  ];
  for (const [feature, body] of unsupported) {
    it(`answers ${feature} with an error that names it, beside other rules`, () => {
      const responses = judge([rule("r", body), fine]).toSorted((a, b) => (a.rule < b.rule ? 1 : -1));
      assert.deepEqual(
        responses.map(({ rule, status, unsupported }) => [rule, status, unsupported]),
        [
          ["r", "error", feature],
          ["fine", "fail", undefined],
        ],
      );
      assert.match(responses[0]?.message ?? "", new RegExp(feature));
    });
  }

  it("answers every rule of a policy with match conditions in CEL with an error", () => {
    const webhookConfiguration = { matchConditions: [{ name: "c", expression: "true" }] };
    const [response] = judge([fine], {}, { webhookConfiguration });
    assert.equal(response?.unsupported, "webhookConfiguration.matchConditions");
  });

  it("says nothing of a feature where the rule does not match", () => {
    const body = { match: { any: [{ resources: { kinds: ["Job"] } }] }, validate: { podSecurity: {} } };
    assert.deepEqual(judge([rule("r", body)]), []);
  });

  const broken: readonly [title: string, body: Partial<Rule>, message: RegExp][] = [
    ["conditions of a wrong shape", { validate: { deny: { conditions: { all: [5] } } } }, /deny\.conditions/],
    ["preconditions of a wrong shape", { preconditions: "x", validate: { deny: {} } }, /preconditions/],
    ["no check at all", { validate: { message: "m" } }, /none of pattern/],
    [
      "a wildcard that cannot be matched in linear time",
      { validate: { pattern: { a: `*${"?".repeat(600)}x*` } } },
      /wildcard/,
    ],
    [
      "nested foreach of a wrong shape",
      { validate: { foreach: [{ list: "x", foreach: [{ list: 5 }] }] } },
      /foreach/,
    ],
  ];
  for (const [title, body, message] of broken) {
    it(`turns ${title} into the error of that rule`, () => {
      const [response, other] = judge([rule("r", body), fine]);
      assert.deepEqual([response?.rule, response?.status, other?.status], ["r", "error", "fail"]);
      assert.match(response?.message ?? "", message);
    });
  }

  it("turns a rule that is nested too deeply into an error", () => {
    let pattern: Json = "x";
    for (let depth = 0; depth < 5000; depth++) pattern = { a: pattern };
    const [response, other] = judge([rule("r", { validate: { pattern } }), fine]);
    assert.deepEqual([response?.status, other?.status], ["error", "fail"]);
    assert.match(response?.message ?? "", /nested deeper than/);
  });

  it("turns a used up budget into the error of the rule", () => {
    const budget = new Budget({ ...defaultBudgetLimits, maxSteps: 3 });
    const [response] = judge(
      [rule("r", { validate: { pattern: { spec: { containers: [{ image: "*" }] } } } })],
      {
        budget,
      },
    );
    assert.deepEqual([response?.status, response?.message], ["error", "evaluation stopped after 3 steps"]);
  });

  it("turns an exception of a port into the error of the rule", () => {
    const exceptions = {
      find: () => {
        throw new Error("boom");
      },
    };
    assert.deepEqual(verdicts(judge([fine], { exceptions })), [["fine", "error", "internal error: boom"]]);
  });
});

describe("evaluate: suspension", () => {
  const data: Readonly<Record<string, Json>> = {
    "shop/a": { data: { next: "b" }, metadata: {} },
    "shop/b": { data: { ok: "yes" }, metadata: {} },
    "shop/c": { data: { ok: "no" }, metadata: {} },
  };
  const configMap = (name: string, target: string) => ({
    name,
    configMap: { name: target, namespace: "shop" },
  });
  const rules = [
    rule("chain", {
      context: [configMap("first", "a"), configMap("second", "{{ first.data.next }}")],
      validate: { message: "{{ second.data.ok }}", deny: {} },
    }),
    rule("fallback", {
      context: [configMap("gone", "d")],
      validate: { message: "{{ gone.data.x || 'none' }}", deny: {} },
    }),
    rule("plain", { validate: { deny: {} } }),
    rule("unused", { context: [configMap("gone", "d")], validate: { deny: {} } }),
    rule("condition", {
      context: [configMap("third", "c")],
      preconditions: { any: [{ key: "{{ third.data.ok }}", operator: "Equals", value: "yes" }] },
      validate: { deny: {} },
    }),
  ];
  const compiled = compile(policy(rules));

  function answer(request: ContextRequest): ContextAnswer {
    const key = request.kind === "configMap" ? `${request.namespace}/${request.name}` : "";
    const value = data[key];
    return value === undefined ? { kind: "failed", message: `${key} not found` } : { kind: "value", value };
  }

  /** Evaluates until nothing is pending; `choose` says which of the open requests are answered next. */
  function settle(choose: (open: readonly string[]) => readonly string[]): readonly RuleResponse[] {
    const known = new Map<string, ContextAnswer>();
    const open = new Map<string, ContextRequest>();
    const context: ContextSource = {
      lookUp: (request) => known.get(JSON.stringify(request)) ?? { kind: "pending" },
    };
    for (let round = 0; round < 20; round++) {
      const evaluation = evaluate(compiled, input(web, { context }));
      if (evaluation.kind === "completed") return evaluation.responses;
      for (const request of evaluation.requests) open.set(JSON.stringify(request), request);
      for (const key of choose([...open.keys()])) {
        const request = open.get(key);
        if (request !== undefined) known.set(key, answer(request));
        open.delete(key);
      }
    }
    return assert.fail("the evaluation did not settle");
  }

  it("asks for what all rules need at once", () => {
    const evaluation = evaluate(compiled, input(web, { context: { lookUp: () => ({ kind: "pending" }) } }));
    assert.equal(evaluation.kind, "pending");
    const names =
      evaluation.kind === "pending" ? evaluation.requests.map((r) => r.kind === "configMap" && r.name) : [];
    assert.deepEqual(names, ["a", "d", "c"]);
  });

  it("gives the responses of data that was there from the start", () => {
    assert.deepEqual(
      settle((open) => open).map(({ rule, status, message }) => `${rule} ${status} ${message}`),
      [
        "chain fail yes",
        "fallback fail ",
        "plain fail validation error: rule plain failed",
        "unused fail validation error: rule unused failed",
        "condition skip preconditions not met",
      ],
    );
  });

  it("gives equal responses in any order of arrival", () => {
    const expected = settle((open) => open);
    fc.assert(
      fc.property(fc.infiniteStream(fc.nat({ max: 7 })), (choices) => {
        const pick = (open: readonly string[]) => {
          const { value } = choices.next();
          return open.length === 0 ? [] : [open[value % open.length] ?? ""];
        };
        assert.deepEqual(settle(pick), expected);
      }),
      { numRuns: 50 },
    );
  });

  it("stops at a pending rule with applyRules One, so that nothing is asked in vain", () => {
    const once = compile(policy(rules, { applyRules: "One" }));
    const evaluation = evaluate(once, input(web, { context: { lookUp: () => ({ kind: "pending" }) } }));
    assert.equal(evaluation.kind === "pending" && evaluation.requests.length, 1);
  });
});
