import assert from "node:assert/strict";
import { describe, it } from "node:test";

import type { ForEachMutation } from "#api/kyverno/mutate.ts";

import { rule, web } from "../evaluate.fixture.ts";
import type { JsonObject } from "../values/json.ts";
import { mutated, verdicts } from "./mutate.fixture.ts";

function each(foreach: readonly ForEachMutation[], object: JsonObject = web) {
  return mutated([rule("r", { mutate: { foreach } })], { object });
}

function containers(object: JsonObject): unknown {
  return (object["spec"] as JsonObject)["containers"];
}

function pod(spec: JsonObject): JsonObject {
  return { apiVersion: "v1", kind: "Pod", metadata: { name: "web", namespace: "shop" }, spec };
}

const always = { all: [{ key: 1, operator: "Equals", value: 1 }] } as const;
const never = { all: [{ key: 1, operator: "Equals", value: 2 }] } as const;
const list = "request.object.spec.containers";
const byName = { patchStrategicMerge: { spec: { containers: [{ name: "{{ element.name }}", tty: true }] } } };
const three = pod({ containers: [{ name: "a" }, { name: "b" }, { name: "c" }] });
const trace = (path: string) =>
  JSON.stringify([{ op: "add", path, value: "{{ elementIndex }}:{{ element.name }}" }]);

describe("mutate.foreach", () => {
  it("patches each element, merged ones from the last to the first so that their order stays", () => {
    const { responses, object } = each([{ list, ...byName }], three);
    assert.deepEqual(verdicts(responses), [["r", "pass", "mutated Pod/web in namespace shop"]]);
    assert.deepEqual(containers(object), [
      { name: "a", tty: true },
      { name: "b", tty: true },
      { name: "c", tty: true },
    ]);
  });

  const orders: readonly [entry: Partial<ForEachMutation>, seen: readonly string[]][] = [
    [{}, ["0:a", "1:b", "2:c"]],
    [{ order: "Ascending" }, ["0:a", "1:b", "2:c"]],
    [{ order: "Descending" }, ["2:c", "1:b", "0:a"]],
  ];
  for (const [entry, seen] of orders) {
    it(`carries out JSON patches ${entry.order ?? "in ascending order"}, with positions of the list`, () => {
      const { object } = each([{ list, patchesJson6902: trace("/spec/seen/-"), ...entry }], three);
      assert.deepEqual((object["spec"] as JsonObject)["seen"], seen);
    });
  }

  it("lets a merged patch ascend where it says so, and then turns the list around", () => {
    const { object } = each([{ list, order: "Ascending", ...byName }], three);
    assert.deepEqual(
      (containers(object) as readonly JsonObject[]).map(({ name }) => name),
      ["c", "b", "a"],
    );
  });

  it("shows an entry what those before it did, but not an element", () => {
    const count = (path: string) =>
      JSON.stringify([{ op: "add", path, value: "{{ length(request.object.spec.containers) }}" }]);
    const add = '[{"op":"add","path":"/spec/containers/-","value":{"name":"n"}}]';
    const grow: ForEachMutation = { list: "[`1`, `2`]", patchesJson6902: add };
    const { object } = each(
      [
        { ...grow, patchesJson6902: `${add.slice(0, -1)},${count("/spec/first").slice(1)}` },
        { list: "[`1`]", patchesJson6902: count("/spec/then") },
      ],
      three,
    );
    assert.equal((object["spec"] as JsonObject)["first"], "3");
    assert.equal((object["spec"] as JsonObject)["then"], "5");
  });

  it("passes over elements that do not meet the preconditions, and nulls", () => {
    const entry = {
      list: "[null, `1`, `2`]",
      preconditions: { all: [{ key: "{{ element }}", operator: "Equals", value: 2 }] },
      patchesJson6902: '[{"op":"add","path":"/spec/seen/-","value":"{{ elementIndex }}"}]',
    } as const;
    assert.deepEqual((each([entry], three).object["spec"] as JsonObject)["seen"], ["2"]);
  });

  it("nests, with elements by level", () => {
    const object = pod({
      containers: [
        { name: "a", ports: [1, 2] },
        { name: "b", ports: [3] },
      ],
    });
    const { object: result } = each(
      [
        {
          list,
          foreach: [
            {
              list: "element.ports",
              context: [
                { name: "pair", variable: { jmesPath: "join('-', [element0.name, to_string(element1)])" } },
              ],
              patchesJson6902: '[{"op":"add","path":"/spec/seen/-","value":"{{ pair }}"}]',
            },
          ],
        },
      ],
      object,
    );
    assert.deepEqual((result["spec"] as JsonObject)["seen"], ["a-1", "a-2", "b-3"]);
  });

  const outcomes: readonly [
    title: string,
    foreach: readonly ForEachMutation[],
    status: string,
    message: string,
  ][] = [
    ["nothing to do", [{ list, preconditions: never, ...byName }], "skip", "0 elements processed"],
    ["no entries", [], "skip", "0 elements processed"],
    ["an element that changes nothing", [{ list, patchStrategicMerge: {} }], "skip", "0 elements processed"],
    [
      "a list that does not exist",
      [{ list: "request.object.spec.volumes", ...byName }],
      "error",
      'failed to evaluate list request.object.spec.volumes: JMESPath query failed: Unknown key "volumes" in path: JMESPath query failed: Unknown key "volumes" in path',
    ],
    [
      "a variable without a value",
      [{ list, preconditions: always, patchStrategicMerge: { a: "{{ element.none }}" } }],
      "error",
      'failed to mutate elements: variable substitution failed: failed to resolve element.none at path /patchStrategicMerge/a: JMESPath query failed: Unknown key "none" in path',
    ],
    [
      "preconditions that cannot be evaluated",
      [
        {
          list: "[`1`]",
          preconditions: { all: [{ key: "{{ none }}", operator: "Equals", value: 1 }] },
          ...byName,
        },
      ],
      "error",
      'failed to mutate elements: failed to evaluate mutate.foreach[0].preconditions: failed to substitute variables in condition key: failed to resolve none at path : JMESPath query failed: Unknown key "none" in path',
    ],
    ["an entry without a patch", [{ list }], "error", "failed to mutate elements: empty mutate rule"],
  ];
  for (const [title, foreach, status, message] of outcomes) {
    it(`gives ${status} for ${title}`, () => {
      const { responses, object } = each(foreach);
      assert.deepEqual(verdicts(responses), [["r", status, message]]);
      assert.equal(object, web);
    });
  }

  it("keeps nothing of a rule that fails at a later element", () => {
    const patch = {
      patchStrategicMerge: {
        spec: { containers: [{ name: "{{ element.name }}", image: "{{ element.image }}-x" }] },
      },
    };
    const object = pod({ containers: [{ name: "a" }, { name: "b", image: "1" }] });
    const result = each([{ list, ...patch }], object);
    assert.equal(result.failed, true);
    assert.equal(result.object, object);
  });
});
