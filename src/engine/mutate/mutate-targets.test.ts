import assert from "node:assert/strict";
import { describe, it } from "node:test";

import type { MutateTarget, Mutation } from "#api/kyverno/mutate.ts";

import { input, policy, rule, web } from "../evaluate.fixture.ts";
import type { JsonObject } from "../values/json.ts";
import { compileMutations } from "./compile-mutations.ts";
import { mutated, verdicts } from "./mutate.fixture.ts";
import type { TargetAnswer, TargetSelector } from "./mutation-target.ts";
import { mutate } from "./mutate.ts";

function map(name: string, data: JsonObject = {}): JsonObject {
  return { apiVersion: "v1", kind: "ConfigMap", metadata: { name, namespace: "shop" }, data };
}

const target: MutateTarget = { apiVersion: "v1", kind: "ConfigMap", namespace: "shop", name: "*" };
const stamp = {
  patchStrategicMerge: {
    data: { by: "{{ request.object.metadata.name }}", me: "{{ target.metadata.name }}" },
  },
};

function run(mutation: Mutation, objects: readonly JsonObject[]) {
  const asked: TargetSelector[] = [];
  const result = mutated(
    [rule("r", { mutate: { targets: [target], ...mutation } })],
    {},
    {
      targets: {
        find(selector) {
          asked.push(selector);
          return { kind: "objects", objects: objects.map((object) => ({ object, subresource: "" })) };
        },
      },
    },
  );
  return { ...result, asked };
}

describe("mutation of existing objects", () => {
  it("changes each target and leaves the trigger as it is", () => {
    const { responses, targets, object, asked } = run(stamp, [map("a"), map("b", { by: "web", me: "b" })]);
    assert.deepEqual(verdicts(responses), [
      ["r", "pass", "mutated ConfigMap/a in namespace shop"],
      ["r", "skip", "no patches applied"],
    ]);
    assert.deepEqual(
      targets.map((one) => [one.rule, one.object]),
      [["r", map("a", { by: "web", me: "a" })]],
    );
    assert.equal(object, web);
    assert.deepEqual(asked, [
      {
        kind: { group: "*", version: "v1", kind: "ConfigMap", subresource: "" },
        kindText: "v1/ConfigMap",
        namespace: "shop",
        name: "*",
      },
    ]);
  });

  it("resolves variables of selectors from the trigger", () => {
    const { asked } = run(
      {
        ...stamp,
        targets: [
          {
            ...target,
            name: "{{ request.object.metadata.name }}-*",
            selector: { matchLabels: { app: "{{ request.object.metadata.labels.app }}" } },
          },
        ],
      },
      [],
    );
    assert.equal(asked[0]?.name, "web-*");
    assert.deepEqual(asked[0]?.selector, { matchLabels: { app: "web" } });
  });

  it("judges preconditions and context of a target on the target", () => {
    const picky: MutateTarget = {
      ...target,
      context: [{ name: "own", variable: { jmesPath: "target.metadata.name" } }],
      preconditions: { all: [{ key: "{{ own }}", operator: "Equals", value: "b", message: "not b" }] },
    };
    const { responses } = run(
      { targets: [picky], patchesJson6902: '[{"op":"add","path":"/data/x","value":"1"}]' },
      [map("a"), map("b")],
    );
    assert.deepEqual(verdicts(responses), [
      ["r", "skip", "preconditions not met; not b"],
      ["r", "pass", "mutated ConfigMap/b in namespace shop"],
    ]);
  });

  it("means the same place of the target by @", () => {
    const { targets } = run({ patchStrategicMerge: { data: { a: "{{ @ }}!" } } }, [map("a", { a: "1" })]);
    assert.deepEqual(targets[0]?.object["data"], { a: "1!" });
  });

  it("goes through the elements of a target, and shows later entries what was done to it", () => {
    const count = '[{"op":"add","path":"/data/n","value":"{{ length(target.data) }}"}]';
    const add = '[{"op":"add","path":"/data/{{ element }}","value":"x"}]';
    const { targets } = run(
      {
        foreach: [
          { list: "['p', 'q']", patchesJson6902: add },
          { list: "['x']", patchesJson6902: count },
        ],
      },
      [map("a", { o: "1" })],
    );
    assert.deepEqual(targets[0]?.object["data"], { o: "1", p: "x", q: "x", n: "3" });
  });

  it("reports what cannot be found once, and goes on with the others", () => {
    const targets = [{ ...target, name: "gone" }, target, { ...target, kind: "Secret" }];
    const { responses } = mutated(
      [rule("r", { mutate: { ...stamp, targets } })],
      {},
      {
        targets: {
          find: ({ name, kindText }) =>
            name === "*" && kindText === "v1/ConfigMap"
              ? { kind: "objects", objects: [{ object: map("a"), subresource: "" }] }
              : { kind: "failed", message: `no ${kindText} ${name}` },
        },
      },
    );
    assert.deepEqual(verdicts(responses), [
      ["r", "error", ": no v1/ConfigMap gone; no v1/Secret *"],
      ["r", "pass", "mutated ConfigMap/a in namespace shop"],
    ]);
  });

  it("names a selector whose variables have no value", () => {
    const name = "{{ request.object.metadata.none }}";
    const { responses } = run({ ...stamp, targets: [{ ...target, name }] }, [map("a")]);
    assert.deepEqual(verdicts(responses), [
      [
        "r",
        "error",
        ': failed to substitute variables in target[0]: failed to resolve request.object.metadata.none at path /name: JMESPath query failed: Unknown key "none" in path',
      ],
    ]);
  });

  const answers: readonly [answer: TargetAnswer, expected: unknown][] = [
    [{ kind: "failed", message: "configmaps is forbidden" }, [["r", "error", ": configmaps is forbidden"]]],
    [{ kind: "objects", objects: [] }, []],
  ];
  for (const [answer, expected] of answers) {
    it(`answers ${JSON.stringify(expected)} where the source says ${answer.kind}`, () => {
      const { responses } = mutated(
        [rule("r", { mutate: { ...stamp, targets: [target] } })],
        {},
        { targets: { find: () => answer } },
      );
      assert.deepEqual(verdicts(responses), expected);
    });
  }

  it("waits for its targets", () => {
    const compiled = compileMutations(policy([rule("r", { mutate: { ...stamp, targets: [target] } })]));
    const result = mutate(compiled, input(web), { targets: { find: () => ({ kind: "pending" }) } });
    assert.ok(result.kind === "pending");
    assert.deepEqual(
      result.selectors.map(({ kindText, name }) => [kindText, name]),
      [["v1/ConfigMap", "*"]],
    );
  });

  it("takes no part where there is no source, as on admission", () => {
    assert.deepEqual(mutated([rule("r", { mutate: { ...stamp, targets: [target] } })]).responses, []);
  });

  it("means its own namespace where the policy is namespaced", () => {
    const selectors: TargetSelector[] = [];
    const compiled = compileMutations({
      ...policy([rule("r", { mutate: { ...stamp, targets: [{ ...target, namespace: "other" }] } })]),
      kind: "Policy",
      metadata: { name: "p", namespace: "shop" },
    });
    mutate(compiled, input(web), {
      targets: { find: (selector) => (selectors.push(selector), { kind: "objects", objects: [] }) },
    });
    assert.equal(selectors[0]?.namespace, "shop");
  });
});
