import assert from "node:assert/strict";
import { describe, it } from "node:test";

import type { Rule } from "#api/kyverno/rule.ts";

import { always, never } from "../evaluate.fixture.ts";
import type { EvaluationInput } from "../input.ts";
import type { JsonObject } from "../values/json.ts";
import { configMap, makes, run, trigger } from "./generate.fixture.ts";

describe("which generate rules are for a trigger", () => {
  const selected = (app: string) => ({
    any: [{ resources: { kinds: ["Pod"], selector: { matchLabels: { app } } } }],
  });
  const old: JsonObject = {
    ...trigger,
    metadata: { name: "web", namespace: "shop", labels: { app: "old" } },
  };
  const isOld = {
    all: [{ key: "{{ request.object.metadata.labels.app }}", operator: "Equals", value: "old" }],
  };
  const listed = { any: [{ resources: { kinds: ["Pod"], operations: ["DELETE" as const] } }] };
  const gone = { operation: "DELETE", oldResource: old } as const;

  const cases: readonly [
    title: string,
    more: Partial<Rule>,
    input: Partial<EvaluationInput>,
    statuses: readonly string[],
    made: number,
  ][] = [
    ["one that matches", {}, {}, ["pass"], 1],
    ["one that does not match", { match: selected("other") }, {}, [], 0],
    [
      "one that matched before",
      { match: selected("old") },
      { operation: "UPDATE", oldResource: old },
      ["fail"],
      0,
    ],
    ["preconditions that hold", { preconditions: always }, {}, ["pass"], 1],
    ["preconditions that do not hold", { preconditions: never }, {}, ["skip"], 0],
    [
      "preconditions that held before",
      { preconditions: isOld },
      { operation: "UPDATE", oldResource: old },
      ["fail"],
      0,
    ],
    ["a trigger that goes", {}, gone, ["fail"], 0],
    ["a trigger that goes, where the rule asks for that", { match: listed }, gone, ["pass"], 1],
    [
      "preconditions that cannot be evaluated",
      { preconditions: { all: [{ key: "{{ none }}", operator: "Equals", value: 1 }] } },
      {},
      ["error"],
      0,
    ],
  ];
  for (const [title, more, given, statuses, made] of cases) {
    it(`${statuses.join() || "nothing"} for ${title}`, () => {
      const resource = given.operation === "DELETE" ? {} : trigger;
      const { responses, objects } = run([makes(configMap, more)], { ...given, resource });
      assert.deepEqual(
        responses.map(({ status }) => status),
        statuses,
      );
      assert.equal(objects.length, made);
    });
  }

  it("makes objects of a trigger that goes from what it was", () => {
    const block = { ...configMap, name: "{{ request.object.metadata.labels.app }}" };
    const { objects } = run([makes(block, { match: listed })], { ...gone, resource: {} });
    assert.equal(objects[0]?.target.name, "old");
  });

  it("lets exceptions come before preconditions", () => {
    const exceptions = { find: () => [{ key: "ns/e", podSecurity: [], applies: () => true }] };
    const { responses } = run([makes(configMap, { preconditions: never })], { exceptions });
    assert.deepEqual(
      responses.map(({ status, message, exceptions: names }) => [status, message, names]),
      [["skip", "rule is skipped due to policy exception ns/e", ["ns/e"]]],
    );
  });
});
