import assert from "node:assert/strict";
import { describe, it } from "node:test";

import type { MatchResources } from "#api/kyverno/match.ts";
import type { Rule } from "#api/kyverno/rule.ts";

import { always, judge, never, one, policy, rule, input } from "../evaluate.fixture.ts";
import { compile } from "../compile.ts";
import { evaluate } from "../evaluate.ts";
import type { EvaluationInput } from "../input.ts";
import { matchesKind, parseKindSelector } from "../match/kind-selector.ts";
import type { JsonObject } from "../values/json.ts";
import { matchesWildcard } from "../values/wildcard.ts";

const passes: Partial<Rule> = { validate: { deny: { conditions: never } } };
const fails: Partial<Rule> = { validate: { deny: {} } };
const status = (body: Partial<Rule>, more: Partial<EvaluationInput> = {}): string => one(body, more)[0];
const matched = (match: MatchResources, more: Partial<EvaluationInput> = {}): boolean =>
  status({ ...passes, match }, more) === "pass";
const pods = { kinds: ["Pod"] };
const users = [{ kind: "User", name: "eve" }];

describe("what matches in a scan", () => {
  it("is never a rule for updates or deletions, since a scan creates", () => {
    assert.equal(matched({ any: [{ resources: { ...pods, operations: ["UPDATE", "DELETE"] } }] }), false);
    assert.equal(matched({ any: [{ resources: { ...pods, operations: ["CREATE"] } }] }), true);
  });

  it("is not changed by an exclude of users alone", () => {
    for (const block of [{ subjects: users }, { roles: ["a:b"] }, { clusterRoles: ["c"] }]) {
      assert.equal(status({ ...passes, exclude: { any: [block] } }), "pass");
    }
  });

  it("is no rule whose filter names users alone, and a rule that names them beside kinds", () => {
    assert.equal(matched({ any: [{ subjects: users }] }), false);
    assert.equal(matched({ any: [{ resources: pods, subjects: users }] }), true);
  });

  it("is a kind with its capitals, and the generated name only where there is no name", () => {
    assert.equal(matched({ any: [{ resources: { kinds: ["pod"] } }] }), false);
    const named = (metadata: JsonObject) => ({ apiVersion: "v1", kind: "Pod", metadata });
    const byName = rule("r", { ...passes, match: { any: [{ resources: { ...pods, names: ["web-*"] } }] } });
    const counts = (metadata: JsonObject) => {
      const evaluation = evaluate(compile(policy([byName])), input(named(metadata)));
      return evaluation.kind === "completed" ? evaluation.responses.length : -1;
    };
    assert.deepEqual(
      [{ generateName: "web-" }, { name: "db", generateName: "web-" }, { name: "web-1" }].map(counts),
      [1, 0, 1],
    );
  });

  it("stays without a result where a rule has none to give, which is no skip", () => {
    const pattern = { validate: { pattern: { spec: "*" } } };
    assert.equal(status(pattern, { operation: "DELETE", oldResource: { kind: "Pod" } }), "none");
    assert.equal(status({ validate: { foreach: [{ list: "request.object.gone", deny: {} }] } }), "none");
    assert.equal(status({ validate: { foreach: [{ list: "`[]`", deny: {} }] } }), "none");
  });

  it("asks preconditions before exceptions", () => {
    const exceptions = { find: () => [{ key: "shop/x", podSecurity: [], applies: () => true }] };
    assert.deepEqual(one({ ...fails, preconditions: never }, { exceptions }), [
      "skip",
      "preconditions not met; a is not b",
    ]);
    assert.equal(one({ ...fails, preconditions: always }, { exceptions })[1].includes("exceptions"), true);
  });
});

describe("kinds", () => {
  const selects = (text: string, kind: string, group = "", subresource = "", version = "v1"): boolean =>
    matchesKind(parseKindSelector(text), { group, version, kind }, subresource);

  it("with a group need a version: a group alone is taken for a kind", () => {
    assert.equal(selects("apps/Deployment", "Deployment", "apps"), false);
    assert.equal(selects("apps/v1/Deployment", "Deployment", "apps"), true);
  });

  it("end at the first dot of their last piece, and groups may have dots", () => {
    assert.equal(selects("v1/Pod.status", "Pod", "", "status"), true);
    assert.equal(selects("v1/Pod/status", "Pod", "", "status"), true);
    assert.equal(selects("networking.k8s.io/v1/Ingress", "Ingress", "networking.k8s.io"), true);
  });

  it("take versions of several digits, and no version without a number", () => {
    assert.equal(selects("v10/Widget", "Widget", "example.com", "", "v10"), true);
    assert.equal(selects("v2beta12/Widget", "Widget", "example.com", "", "v2beta12"), true);
    assert.equal(selects("v1alpha/Widget", "Widget", "example.com", "", "v1alpha"), false);
  });

  it("of a star are no subresources, those of two stars are", () => {
    assert.equal(selects("*", "Pod", "", "status"), false);
    assert.equal(selects("*/*", "Pod", "", "status"), true);
    assert.equal(selects("*/*", "Pod"), true);
  });
});

describe("wildcards", () => {
  it("take everything but * and ? as it stands, lines and code points too", () => {
    const cases: readonly (readonly [pattern: string, text: string, matches: boolean])[] = [
      ["a.c", "abc", false],
      ["[ab]", "a", false],
      ["a\\*", "a\\b", true],
      ["a*c", "a\nb\nc", true],
      ["a/*", "a/b/c", true],
      ["?", "😀", true],
      ["??", "😀", false],
      ["", "", true],
      ["*", "", true],
      ["?*", "", false],
    ];
    for (const [pattern, text, matches] of cases) {
      assert.equal(matchesWildcard(pattern, text), matches, `${pattern} ~ ${text}`);
    }
  });
});

describe("fields of policies", () => {
  it("that say what a failure causes leave the verdict as it is", () => {
    for (const validationFailureAction of ["Audit", "Enforce", "enforce"] as const) {
      const [response] = judge([rule("r", fails)], {}, { validationFailureAction });
      assert.equal(response?.status, "fail");
    }
    assert.equal(status({ validate: { deny: {}, failureAction: "Enforce" } }), "fail");
  });

  it("end applyRules One at the first pass or fail, so that their order decides", () => {
    const names = (rules: readonly Rule[]) =>
      judge(rules, {}, { applyRules: "One" }).map((response) => response.rule);
    assert.deepEqual(names([rule("a", fails), rule("b", passes)]), ["a"]);
    assert.deepEqual(names([rule("a", { ...fails, preconditions: never }), rule("b", passes)]), ["a", "b"]);
  });
});

describe("generated rules", () => {
  const deployment: JsonObject = {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "web", namespace: "shop", labels: { team: "a" } },
    spec: { template: { metadata: { annotations: { note: "inner" } }, spec: { containers: [] } } },
  };
  const judged = (body: Partial<Rule>, group = "apps") => {
    const gvk = { group, version: "v1", kind: "Deployment" };
    const evaluation = evaluate(compile(policy([rule("r", body)])), input(deployment, { gvk }));
    assert.ok(evaluation.kind === "completed");
    return evaluation.responses.map(({ rule: name, status: verdict, message }) => [name, verdict, message]);
  };

  it("read the metadata of the template, which has no name", () => {
    const body = {
      validate: {
        message: "m",
        deny: {
          conditions: {
            any: [{ key: "{{request.object.metadata.name}}", operator: "Equals", value: "web" }],
          },
        },
      },
    };
    const [[name, verdict, message] = []] = judged(body);
    assert.deepEqual([name, verdict], ["autogen-r", "error"]);
    assert.match(message ?? "", /Unknown key "name" in path/);
  });

  it("read the annotations of the template", () => {
    const key = "{{ request.object.metadata.annotations.note }}";
    const body = {
      validate: { deny: { conditions: { any: [{ key, operator: "Equals", value: "inner" }] } } },
    };
    assert.equal(judged(body)[0]?.[1], "fail");
  });

  it("are all that judges a controller, and are not there for a pod", () => {
    assert.deepEqual(
      judged(fails).map(([name]) => name),
      ["autogen-r"],
    );
    assert.deepEqual(
      judge([rule("r", fails)]).map((response) => response.rule),
      ["r"],
    );
  });

  it("do not match a foreign kind of the same name", () => {
    assert.deepEqual(judged(fails, "example.com"), []);
  });

  it("come behind all declared ones", () => {
    const { ruleNames } = compile(policy([rule("a", fails), rule("b", fails)]));
    assert.deepEqual(ruleNames, [
      "a",
      "b",
      "autogen-a",
      "autogen-cronjob-a",
      "autogen-b",
      "autogen-cronjob-b",
    ]);
  });
});
