import assert from "node:assert/strict";
import { describe, it } from "node:test";

import type { Policy } from "#api/kyverno/cluster-policy.ts";
import type { Rule } from "#api/kyverno/rule.ts";

import { Budget, defaultBudgetLimits } from "./budget.ts";
import { compile } from "./compile.ts";
import { evaluate } from "./evaluate.ts";
import { input, judge, never, one, rule, web } from "./evaluate.fixture.ts";
import type { RuleResponse } from "./response.ts";
import type { Json } from "./values/json.ts";

function verdicts(responses: readonly RuleResponse[]): [rule: string, status: string, message: string][] {
  return responses.map(({ rule, status, message }) => [rule, status, message]);
}

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
              { key: "ns/e1", podSecurity: [], applies: () => true },
              { key: "ns/e2", podSecurity: [], applies: () => true },
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
    ["validate.manifests", { validate: { manifests: {} } }],
    ["validate.assert", { validate: { assert: {} } }],
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

  const conditions: readonly [title: string, expression: string, count: number][] = [
    ["judges what its match condition is true for", "object.metadata.name == 'web'", 1],
    ["leaves alone what its match condition is false for", "object.metadata.name == 'other'", 0],
    ["leaves alone what its match condition cannot be evaluated for", "object.nothing == 'x'", 0],
    ["knows nobody who made a request", "request.userInfo.username == ''", 1],
    ["takes the operation of a scan for CREATE", "request.operation == 'CREATE' && oldObject == null", 1],
  ];
  for (const [title, expression, count] of conditions) {
    it(`${title}: ${expression}`, () => {
      const matchConditions = [
        { name: "first", expression: "true" },
        { name: "c", expression },
      ];
      assert.equal(judge([fine], {}, { webhookConfiguration: { matchConditions } }).length, count);
    });
  }

  it("answers every rule of a policy whose match condition is no expression with an error", () => {
    const webhookConfiguration = { matchConditions: [{ name: "c", expression: "object." }] };
    const [response] = judge([fine], {}, { webhookConfiguration });
    assert.equal(response?.status, "error");
    assert.match(response?.message ?? "", /matchConditions\[0\]\.expression/);
  });

  it("says nothing of a feature where the rule does not match", () => {
    const body = { match: { any: [{ resources: { kinds: ["Job"] } }] }, validate: { manifests: {} } };
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
