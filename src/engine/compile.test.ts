import assert from "node:assert/strict";
import { describe, it } from "node:test";

import type { ClusterPolicy, Policy } from "#api/kyverno/cluster-policy.ts";
import type { PolicySpec } from "#api/kyverno/policy-spec.ts";
import type { Rule } from "#api/kyverno/rule.ts";

import { compile, couldMatch } from "./compile.ts";
import { parseKindSelector } from "./match/kind-selector.ts";

const pods = { any: [{ resources: { kinds: ["Pod"] } }] };

function rule(more: Partial<Rule> = {}): Rule {
  return { name: "r", match: pods, validate: { deny: {} }, ...more };
}

function policy(rules: readonly Rule[], more: Partial<PolicySpec> = {}): ClusterPolicy {
  const metadata = { name: "p", uid: "u1" };
  return { apiVersion: "kyverno.io/v1", kind: "ClusterPolicy", metadata, spec: { rules, ...more } };
}

function inNamespace(rules: readonly Rule[]): Policy {
  return {
    apiVersion: "kyverno.io/v1",
    kind: "Policy",
    metadata: { name: "p", namespace: "shop" },
    spec: { rules },
  };
}

describe("compile: identity and reporting", () => {
  it("names policies as reports do", () => {
    assert.deepEqual(compile(policy([])).identity, { kind: "ClusterPolicy", name: "p", key: "p" });
    assert.deepEqual(compile(inNamespace([])).identity, {
      kind: "Policy",
      name: "p",
      namespace: "shop",
      key: "shop/p",
    });
  });

  it("reads annotations and labels that reports carry", () => {
    const annotated: ClusterPolicy = {
      ...policy([]),
      metadata: {
        name: "p",
        labels: { "reports.kyverno.io/disabled": "false" },
        annotations: {
          "policies.kyverno.io/scored": "false",
          "policies.kyverno.io/severity": "High",
          "policies.kyverno.io/category": "Hygiene",
        },
      },
    };
    const { reporting, disabledForReports } = compile(annotated);
    assert.equal(disabledForReports, true);
    assert.deepEqual(reporting, {
      source: "kyverno",
      scored: false,
      category: "Hygiene",
      process: "background scan",
    });
  });

  const processes: readonly [spec: Partial<PolicySpec>, process: string][] = [
    [{}, "background scan"],
    [{ background: false }, "admission review"],
    [{ background: false, admission: false }, ""],
  ];
  for (const [spec, process] of processes) {
    it(`says "${process}" with ${JSON.stringify(spec)}`, () => {
      assert.equal(compile(policy([], spec)).reporting.process, process);
    });
  }

  it("counts declared rules and lists generated ones", () => {
    const compiled = compile(
      policy([rule(), rule({ name: "i", validate: undefined as never, verifyImages: [{}] })]),
    );
    assert.deepEqual(compiled.ruleCount, { validate: 1, mutate: 0, generate: 0, verifyimages: 1 });
    assert.deepEqual(compiled.ruleNames, [
      "r",
      "i",
      "autogen-r",
      "autogen-cronjob-r",
      "autogen-i",
      "autogen-cronjob-i",
    ]);
    assert.equal(compiled.autogenRules.length, 4);
  });

  it("collects problems and never throws", () => {
    const compiled = compile(
      policy([
        rule({ name: "a", validate: { manifests: {} } }),
        rule({ name: "b", context: [{ name: "x" }] }),
        rule({ name: "c" }),
      ]),
    );
    const own = compiled.problems.filter(({ rule }) => rule?.startsWith("autogen-") !== true);
    assert.deepEqual(own, [
      {
        rule: "a",
        message: "validate.manifests is not supported by this version",
        unsupported: "validate.manifests",
      },
      { rule: "b", message: "context entry x names no source" },
    ]);
  });
});

describe("compile: background eligibility", () => {
  const variable = (text: string) => rule({ validate: { message: text, deny: {} } });
  const cases: readonly [title: string, rule: Rule, problem: RegExp | undefined][] = [
    ["plain rules", rule(), undefined],
    ["the object", variable("{{ request.object.metadata.name }}"), undefined],
    ["a function", variable("{{ to_upper('a') }}"), undefined],
    [
      "a context entry",
      rule({ context: [{ name: "x", variable: { value: 1 } }], validate: { message: "{{ x }}", deny: {} } }),
      undefined,
    ],
    ["a user", variable("{{ request.userInfo.username }}"), /request\.userInfo/],
    ["roles", variable("{{request.roles}}"), /request\.roles/],
    ["a service account", variable("{{ serviceAccountName }}"), /serviceAccountName/],
    ["a field that is called so", variable("{{ request.object.spec.serviceAccountName }}"), undefined],
    ["an unknown variable", variable("{{ nobody }}"), /nobody/],
    ["subjects", rule({ exclude: { any: [{ subjects: [{ kind: "User", name: "a" }] }] } }), /subjects/],
    ["roles in the old form", rule({ match: { ...pods, any: [], clusterRoles: ["a"] } }), /subjects/],
    [
      "variables in match",
      rule({ match: { any: [{ resources: { kinds: ["Pod"], namespaces: ["{{ request.namespace }}"] } }] } }),
      /match/,
    ],
  ];
  for (const [title, given, problem] of cases) {
    it(`${problem === undefined ? "allows" : "refuses"} ${title}`, () => {
      const actual = compile(policy([given])).backgroundProblem;
      if (problem === undefined) assert.equal(actual, undefined);
      else assert.match(actual ?? "", problem);
    });
  }
});

describe("compile: what a scan has to watch", () => {
  const gvk = (group: string, kind: string) => ({ group, version: "v1", kind });

  it("selects the kinds of rules and of generated rules", () => {
    const compiled = compile(policy([rule()]));
    assert.equal(couldMatch(compiled, gvk("", "Pod"), "a"), true);
    assert.equal(couldMatch(compiled, gvk("apps", "Deployment"), "a"), true);
    assert.equal(couldMatch(compiled, gvk("batch", "CronJob"), "a"), true);
    assert.equal(couldMatch(compiled, gvk("", "Service"), "a"), false);
  });

  it("selects nothing for rules that do not answer in a scan", () => {
    assert.deepEqual(compile(policy([rule({ validate: undefined as never, mutate: {} })])).selectors, []);
  });

  it("narrows a namespaced policy to its namespace", () => {
    const compiled = compile(inNamespace([rule()]));
    assert.equal(couldMatch(compiled, gvk("", "Pod"), "shop"), true);
    assert.equal(couldMatch(compiled, gvk("", "Pod"), "other"), false);
    assert.ok(compiled.selectors.some(({ selector }) => selector.kind === parseKindSelector("Pod").kind));
  });
});

describe("compile: what verdicts depend on", () => {
  const message = (text: string) => rule({ validate: { message: text, deny: {} } });
  const status: readonly [title: string, rule: Rule, reads: boolean][] = [
    ["a pattern over the spec", rule({ validate: { pattern: { spec: { a: "x" } } } }), false],
    ["a pattern over the status", rule({ validate: { pattern: { "=(status)": { a: "x" } } } }), true],
    [
      "a key with a variable",
      rule({ validate: { pattern: { "{{ request.object.metadata.name }}": 1 } } }),
      true,
    ],
    ["the word in prose", message("the status of requests"), false],
    ["a field of the object", message("{{ request.object.spec.a[?status == 'x'] | length(@) }}"), false],
    ["the status", message("{{ request.object.status.phase }}"), true],
    ["the whole object", message("{{ request.object }}"), true],
    ["the whole object in a function", message("{{ to_string(request.object) }}"), true],
    ["all values of the object", message("{{ request.object.* }}"), true],
    ["parts of the object", message("{{ request.object.[metadata, status] }}"), true],
    ["the whole document", message("{{ to_string(@) }}"), true],
    ["an expression that is not known before", message("{{ request.object.{{ request.operation }} }}"), true],
    [
      "a list of a foreach",
      rule({ validate: { foreach: [{ list: "request.object.status.x", deny: {} }] } }),
      true,
    ],
    [
      "a field of an answer",
      rule({ context: [{ name: "a", apiCall: { urlPath: "/x", jmesPath: "items[].status" } }] }),
      false,
    ],
    ["a quoted key", message('{{ request."object"."st\\u0061tus" }}'), true],
  ];
  for (const [title, given, reads] of status) {
    it(`${title} ${reads ? "may see" : "does not see"} the status`, () => {
      assert.equal(compile(policy([given])).readsStatus, reads);
    });
  }

  it("knows literal ConfigMaps, global entries, and what only a rescan finds", () => {
    const literal = compile(
      policy([
        rule({
          context: [
            { name: "a", configMap: { name: "a", namespace: "x" } },
            { name: "b", configMap: { name: "b" } },
            { name: "g", globalReference: { name: "deployments.names" } },
          ],
          validate: { foreach: [{ context: [{ name: "a", configMap: { name: "a", namespace: "x" } }] }] },
        }),
      ]),
    );
    assert.deepEqual(literal.literalConfigMaps, [
      { namespace: "x", name: "a" },
      { namespace: "default", name: "b" },
    ]);
    assert.deepEqual(literal.globalEntries, ["deployments.names"]);
    assert.equal(literal.needsRescan, false);
  });

  it("depends on the labels of Namespaces where CEL reads more of one than its name", () => {
    const dependent = (expression: string): readonly [boolean, boolean] => {
      const { usesNamespaceLabels, needsRescan } = compile(
        policy([rule({ validate: { cel: { expressions: [{ expression }] } } })]),
      );
      return [usesNamespaceLabels, needsRescan];
    };
    assert.deepEqual(dependent("namespaceObject.metadata.labels.tier == 'gold'"), [true, true]);
    assert.deepEqual(dependent("namespaceObject.metadata.name == 'shop'"), [false, false]);
    assert.deepEqual(dependent("object.metadata.name == 'web'"), [false, false]);
  });

  it("may see the status through its match conditions", () => {
    const reads = (expression: string): boolean => {
      const { spec, ...rest } = policy([rule({ validate: { pattern: { metadata: { name: "x" } } } })]);
      const webhookConfiguration = { matchConditions: [{ name: "c", expression }] };
      return compile({ ...rest, spec: { ...spec, webhookConfiguration } }).readsStatus;
    };
    assert.deepEqual(
      [reads("object.status.phase == 'Running'"), reads("object.metadata.name == 'x'")],
      [true, false],
    );
  });

  const rescans: readonly [title: string, rule: Rule][] = [
    [
      "a ConfigMap named by a variable",
      rule({ context: [{ name: "a", configMap: { name: "{{ request.namespace }}" } }] }),
    ],
    ["a call", rule({ context: [{ name: "a", apiCall: { urlPath: "/api" } }] })],
    ["the time", message("{{ time_now_utc() }}")],
    ["random values", message("{{ random('[a-z]{3}') }}")],
    ["images", rule({ validate: undefined as never, verifyImages: [{}] })],
  ];
  for (const [title, given] of rescans) {
    it(`needs a rescan for ${title}`, () => {
      assert.equal(compile(policy([given])).needsRescan, true);
    });
  }

  it("knows of labels of namespaces, in exclude too", () => {
    const exclude = { any: [{ resources: { namespaceSelector: {} } }] };
    assert.equal(compile(policy([rule()])).usesNamespaceLabels, false);
    assert.equal(compile(policy([rule({ exclude })])).usesNamespaceLabels, true);
  });
});
