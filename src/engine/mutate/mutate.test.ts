import assert from "node:assert/strict";
import { describe, it } from "node:test";

import type { ContextAnswer } from "../context/context-source.ts";
import { always, input, never, policy, rule, web } from "../evaluate.fixture.ts";
import type { JsonObject } from "../values/json.ts";
import { compileMutations } from "./compile-mutations.ts";
import { merges, mutated, verdicts } from "./mutate.fixture.ts";
import { mutate } from "./mutate.ts";

function labels(object: JsonObject): unknown {
  return (object["metadata"] as JsonObject)["labels"];
}

const team = { metadata: { labels: { team: "a" } } };
const passed = "mutated Pod/web in namespace shop";

describe("mutate", () => {
  it("merges a patch and says what it mutated", () => {
    const { responses, object, failed } = mutated([merges("r", team)]);
    assert.deepEqual(verdicts(responses), [["r", "pass", passed]]);
    assert.deepEqual(labels(object), { app: "web", team: "a" });
    assert.equal(failed, false);
    assert.equal(object["spec"], web["spec"]);
  });

  it("gives the object itself and skips where nothing changes", () => {
    const { responses, object } = mutated([merges("r", { metadata: { labels: { app: "web" } } })]);
    assert.deepEqual(verdicts(responses), [["r", "skip", "no patches applied"]]);
    assert.equal(object, web);
  });

  it("applies JSON patches, as JSON and as YAML", () => {
    const patch = (patchesJson6902: string) => mutated([rule("r", { mutate: { patchesJson6902 } })]).object;
    const json = patch('[{"op":"add","path":"/metadata/labels/team","value":"a"}]');
    const yaml = patch("- path: /metadata/labels/team\n  op: add\n  value: a\n");
    assert.deepEqual(json, yaml);
    assert.deepEqual(labels(json), { app: "web", team: "a" });
  });

  it("substitutes variables in patches, texts and values", () => {
    const { object } = mutated([
      merges("r", {
        metadata: { labels: { of: "{{ request.object.metadata.name }}-x" } },
        spec: { count: "{{ length(request.object.spec.containers) }}" },
      }),
    ]);
    assert.deepEqual(labels(object), { app: "web", of: "web-x" });
    assert.equal((object["spec"] as JsonObject)["count"], 2);
  });

  it("lets each rule see what those before it did, in match and in variables", () => {
    const second = merges(
      "second",
      { spec: { seen: "{{ request.object.metadata.labels.team }}" } },
      {
        match: { any: [{ resources: { kinds: ["Pod"], selector: { matchLabels: { team: "a" } } } }] },
      },
    );
    const { responses, object } = mutated([merges("first", team), second]);
    assert.deepEqual(verdicts(responses), [
      ["first", "pass", passed],
      ["second", "pass", passed],
    ]);
    assert.equal((object["spec"] as JsonObject)["seen"], "a");
  });

  it("ends with a rule that cannot be carried out", () => {
    const broken = merges("broken", { spec: { a: "{{ request.object.spec.none }}" } });
    const { responses, object, failed } = mutated([merges("first", team), broken, merges("last", team)]);
    assert.deepEqual(verdicts(responses), [
      ["first", "pass", passed],
      [
        "broken",
        "error",
        'variable substitution failed: failed to resolve request.object.spec.none at path /mutate/patchStrategicMerge/spec/a: JMESPath query failed: Unknown key "none" in path',
      ],
    ]);
    assert.deepEqual(labels(object), { app: "web", team: "a" });
    assert.equal(failed, true);
  });

  it("stops at the first rule that mutated with applyRules: One", () => {
    const rules = [merges("skips", {}), merges("first", team), merges("second", { spec: { a: 1 } })];
    const { responses } = mutated(rules, { spec: { applyRules: "One" } });
    assert.deepEqual(verdicts(responses), [
      ["skips", "skip", "no patches applied"],
      ["first", "pass", passed],
    ]);
  });

  const verdictCases: readonly [
    title: string,
    more: Parameters<typeof rule>[1],
    status: string,
    message: string,
  ][] = [
    [
      "preconditions that do not hold",
      { preconditions: never, mutate: { patchStrategicMerge: team } },
      "skip",
      "preconditions not met; a is not b",
    ],
    ["an empty mutate block", { mutate: {} }, "error", "empty mutate rule"],
    [
      "a patch that does not fit",
      { mutate: { patchStrategicMerge: { spec: 1 } } },
      "error",
      "failed to patch resource: wrong node kind: expected MappingNode but got ScalarNode: node contents:\n1\n",
    ],
    [
      "an operation that does not apply",
      { mutate: { patchesJson6902: '[{"op":"replace","path":"/x","value":1}]' } },
      "error",
      "failed to patch resource: replace operation does not apply: doc is missing key: /x: missing value",
    ],
    [
      "a rule that nests too deeply",
      {
        mutate: {
          patchStrategicMerge: JSON.parse('{"a":'.repeat(300) + "1" + "}".repeat(300)) as JsonObject,
        },
      },
      "error",
      "the rule is nested deeper than 200 levels",
    ],
  ];
  for (const [title, more, status, message] of verdictCases) {
    it(`gives ${status} for ${title}`, () => {
      const body = { ...more, ...(title.includes("deeply") ? {} : { context: [] }) };
      const { responses, object } = mutated([rule("r", body)]);
      assert.deepEqual(verdicts(responses), [["r", status, message]]);
      assert.equal(object, web);
    });
  }

  it("says nothing of objects that do not match, and leaves validate rules alone", () => {
    const service = merges("r", team, { match: { any: [{ resources: { kinds: ["Service"] } }] } });
    const { responses, object } = mutated([
      service,
      rule("v", { validate: { deny: { conditions: always } } }),
    ]);
    assert.deepEqual(responses, []);
    assert.equal(object, web);
  });

  it("extends rules for pods to controllers", () => {
    const template = { metadata: {}, spec: { containers: [] } };
    const deployment = {
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: { name: "d" },
      spec: { template },
    };
    const { responses, object } = mutated([merges("r", team)], {
      object: deployment,
      gvk: { group: "apps", version: "v1", kind: "Deployment" },
    });
    assert.deepEqual(verdicts(responses), [["autogen-r", "pass", "mutated Deployment/d"]]);
    assert.deepEqual(((object["spec"] as JsonObject)["template"] as JsonObject)["metadata"], {
      labels: { team: "a" },
    });
  });

  it("keeps integers beyond 2^53, and writes numbers of expressions as plain ones", () => {
    const object = { ...web, spec: { big: 12345678901234567890n, containers: [] } };
    const result = mutated([merges("r", { spec: { n: "{{ add(`1`, `1`) }}" } })], { object });
    assert.deepEqual(result.object["spec"], { big: 12345678901234567890n, containers: [], n: 2 });
  });

  it("waits for data and goes on when it is there", () => {
    const withMap = merges(
      "r",
      { metadata: { labels: { team: "{{ settings.data.team }}" } } },
      {
        context: [{ name: "settings", configMap: { name: "settings", namespace: "shop" } }],
      },
    );
    const compiled = compileMutations(policy([withMap]));
    let answer: ContextAnswer = { kind: "pending" };
    const asked = () => mutate(compiled, input(web, { context: { lookUp: () => answer } }));
    const request = { kind: "configMap", namespace: "shop", name: "settings" };
    assert.deepEqual(asked(), { kind: "pending", requests: [request], selectors: [] });
    answer = { kind: "value", value: { data: { team: "b" } } };
    const result = asked();
    assert.ok(result.kind === "completed");
    assert.deepEqual(labels(result.object), { app: "web", team: "b" });
  });

  it("carries out one rule where one is named", () => {
    const { responses } = mutated([merges("a", team), merges("b", { spec: { x: 1 } })], {}, { rule: "b" });
    assert.deepEqual(verdicts(responses), [["b", "pass", passed]]);
  });

  it("is for its own namespace only where the policy is namespaced", () => {
    const compiled = compileMutations({
      ...policy([merges("r", team)]),
      kind: "Policy",
      metadata: { name: "p", namespace: "other" },
    });
    assert.deepEqual(mutate(compiled, input(web)), {
      kind: "completed",
      responses: [],
      object: web,
      targets: [],
      failed: false,
    });
  });
});
