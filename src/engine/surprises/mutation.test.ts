import assert from "node:assert/strict";
import { describe, it } from "node:test";

import type { Rule } from "#api/kyverno/rule.ts";

import { compile } from "../compile.ts";
import { rule, policy } from "../evaluate.fixture.ts";
import { merges, mutated } from "../mutate/mutate.fixture.ts";
import type { Json, JsonObject } from "../values/json.ts";

const patches = (...operations: readonly object[]): Rule =>
  rule("r", { mutate: { patchesJson6902: JSON.stringify(operations) } });
const pod = (more: JsonObject): JsonObject => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name: "p" },
  ...more,
});
const result = (body: Rule, object: JsonObject): JsonObject => mutated([body], { object }).object;
const merged = (patch: JsonObject, object: JsonObject): JsonObject => result(merges("r", patch), object);

describe("merged lists", () => {
  it("have the keys of Kubernetes 1.21: lists that got keys later are replaced", () => {
    const claims = (...names: string[]) => pod({ spec: { resourceClaims: names.map((name) => ({ name })) } });
    assert.deepEqual(merged({ spec: { resourceClaims: [{ name: "b" }] } }, claims("a")), claims("b"));
    const containers = (...names: string[]) => pod({ spec: { containers: names.map((name) => ({ name })) } });
    assert.deepEqual(
      merged({ spec: { containers: [{ name: "b" }] } }, containers("a")),
      containers("b", "a"),
    );
    const ephemeral = (...names: string[]) =>
      pod({ spec: { ephemeralContainers: names.map((name) => ({ name })) } });
    assert.deepEqual(
      merged({ spec: { ephemeralContainers: [{ name: "b" }] } }, ephemeral("a")),
      ephemeral("b", "a"),
    );
  });
});

describe("conditions of a patch", () => {
  const labelled: JsonObject = { labels: { a: "b" } };

  it("that do not hold empty the whole patch, and within a list only leave out the element", () => {
    const object = pod({ spec: { containers: [{ name: "a", image: "x" }], hostNetwork: true } });
    assert.equal(merged({ metadata: labelled, spec: { "(hostNetwork)": false } }, object), object);
    const containers = [{ "(image)": "y", tty: true }];
    assert.deepEqual(merged({ metadata: labelled, spec: { containers } }, object)["metadata"], {
      name: "p",
      labels: { a: "b" },
    });
  });

  it("compare as texts or quantities, whatever the kinds", () => {
    const applies = (condition: Json, value: Json): boolean =>
      merged({ spec: { "(replicas)": condition }, metadata: labelled }, pod({ spec: { replicas: value } }))[
        "metadata"
      ] !== undefined &&
      JSON.stringify(
        merged({ spec: { "(replicas)": condition }, metadata: labelled }, pod({ spec: { replicas: value } })),
      ).includes("labels");
    assert.equal(applies("1", 1), true);
    assert.equal(applies(1, "1"), true);
    assert.equal(applies("1000m", 1), true);
    assert.equal(applies("2", 1), false);
  });
});

describe("patches of a mutation", () => {
  it("by JSON pointers keep a rule from being generated for controllers, merged ones do not", () => {
    assert.deepEqual(compile(policy([patches({ op: "remove", path: "/a" })])).ruleNames, ["r"]);
    assert.equal(compile(policy([merges("r", { metadata: { labels: { a: "b" } } })])).ruleNames.length, 3);
  });

  it("by JSON pointers reach finalizers", () => {
    const object = pod({ metadata: { name: "p", finalizers: ["a/b"] } });
    assert.deepEqual(
      result(patches({ op: "add", path: "/metadata/finalizers/-", value: "c/d" }), object)["metadata"],
      { name: "p", finalizers: ["a/b", "c/d"] },
    );
  });

  it("work on objects that have no name yet", () => {
    const object: JsonObject = { apiVersion: "v1", kind: "Pod", metadata: { generateName: "p-" } };
    const { responses } = mutated([merges("r", { metadata: { labels: { a: "b" } } })], { object });
    assert.deepEqual([responses[0]?.status, responses[0]?.message], ["pass", "mutated Pod/"]);
  });

  it("go through elements from the last to the first when merged, from the first to the last by pointers", () => {
    const object = pod({ spec: { containers: [{ name: "a" }, { name: "b" }] } });
    const list = "request.object.spec.containers";
    const mergedEach: Rule = rule("r", {
      mutate: {
        foreach: [
          {
            list,
            patchStrategicMerge: { spec: { containers: [{ name: "{{ element.name }}", tty: true }] } },
          },
        ],
      },
    });
    const names = (of: JsonObject) =>
      (of["spec"] as { containers: { name: string }[] }).containers.map(({ name }) => name);
    assert.deepEqual(names(result(mergedEach, object)), ["a", "b"]);
    const patchesJson6902 = '[{"op":"add","path":"/metadata/order/-","value":"{{ element.name }}"}]';
    const byPointer: Rule = rule("r", { mutate: { foreach: [{ list, patchesJson6902 }] } });
    assert.deepEqual(result(byPointer, object)["metadata"], { name: "p", order: ["a", "b"] });
  });

  it("that change nothing are a skip", () => {
    const object = pod({ spec: { hostNetwork: true } });
    const { responses, object: same } = mutated([merges("r", { spec: { hostNetwork: true } })], { object });
    assert.deepEqual(
      [responses[0]?.status, responses[0]?.message, same === object],
      ["skip", "no patches applied", true],
    );
  });

  it("escape references that are meant for the container", () => {
    const object = pod({ spec: { containers: [{ name: "a" }] } });
    const env = (value: string) => ({ spec: { containers: [{ name: "a", env: [{ name: "X", value }] }] } });
    assert.deepEqual(merged(env("\\$(HOST)"), object)["spec"], env("$(HOST)").spec);
    const { responses } = mutated([merges("r", env("$(HOST)"))], { object });
    assert.equal(responses[0]?.status, "error");
  });

  it("are a skip or an error that says so where they are nil", () => {
    for (const mutate of [
      {},
      { patchesJson6902: "" },
      { patchesJson6902: "null" },
      { foreach: [] },
      { foreach: [{ list: "`[1]`" }] },
    ]) {
      const { responses } = mutated([rule("r", { mutate })]);
      for (const { status, message } of responses) {
        assert.ok(status === "skip" || status === "error", `${status} ${message}`);
        assert.ok(!message.startsWith("internal error"), message);
      }
    }
  });
});
