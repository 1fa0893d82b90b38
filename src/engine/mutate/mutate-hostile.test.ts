import assert from "node:assert/strict";
import { describe, it } from "node:test";

import * as fc from "fast-check";

import type { Rule } from "#api/kyverno/rule.ts";

import { Budget, defaultBudgetLimits } from "../budget.ts";
import { input, policy, rule, web } from "../evaluate.fixture.ts";
import type { Json, JsonObject } from "../values/json.ts";
import { compileMutations } from "./compile-mutations.ts";
import { merges, mutated } from "./mutate.fixture.ts";
import { mutate } from "./mutate.ts";

const smallBudget = (): Budget => new Budget({ ...defaultBudgetLimits, maxSteps: 100_000 });

function statusOf(
  body: Rule,
  object: JsonObject = web,
): readonly [status: string | undefined, message: string] {
  const { responses, object: result } = mutated([body], { object, budget: smallBudget() });
  if (responses[0]?.status === "error") assert.equal(result, object);
  return [responses[0]?.status, responses[0]?.message ?? ""];
}

function patches(operations: readonly object[]): Rule {
  return rule("r", { mutate: { patchesJson6902: JSON.stringify(operations) } });
}

/** Each copy holds those before it twice. */
const doubling = Array.from({ length: 80 }, (_, index) => ({
  op: "copy",
  from: "/spec",
  path: `/spec/${index % 2}`,
}));
const manyPorts = (count: number, from: number): JsonObject[] =>
  Array.from({ length: count }, (_, index) => ({ containerPort: from + index }));

describe("hostile mutations", () => {
  it("that double the object again and again end in an error", () => {
    const [status, message] = statusOf(patches(doubling));
    assert.equal(status, "error");
    assert.match(message, /evaluation stopped/);
  });

  it("with a path of any depth are refused", () => {
    const [status, message] = statusOf(patches([{ op: "add", path: "/a".repeat(100_000), value: 1 }]));
    assert.equal(status, "error");
    assert.match(message, /it has more than 200 segments/);
  });

  it("that merge long lists element by element end in an error", () => {
    const object = { ...web, spec: { containers: [{ name: "a", ports: manyPorts(500, 0) }] } };
    const patch = { spec: { containers: [{ name: "a", ports: manyPorts(500, 10_000) }] } };
    assert.deepEqual(statusOf(merges("r", patch), object), [
      "error",
      "evaluation stopped after 100000 steps",
    ]);
  });

  it("that copy a large patch for each of many elements end in an error", () => {
    const containers = Array.from({ length: 100 }, (_, index) => ({ name: `c${index}` }));
    const env = Array.from({ length: 500 }, (_, index) => ({ name: `E${index}`, value: "x" }));
    const patch = { spec: { containers: [{ "(name)": "*", env }] } };
    assert.deepEqual(statusOf(merges("r", patch), { ...web, spec: { containers } }), [
      "error",
      "evaluation stopped after 100000 steps",
    ]);
  });

  it("with one bad rule still carry out those before it", () => {
    const { responses } = mutated([merges("good", { spec: { a: 1 } }), patches(doubling)], {
      budget: smallBudget(),
    });
    assert.deepEqual(
      responses.map(({ status }) => status),
      ["pass", "error"],
    );
  });
});

const text = fc.constantFrom(
  "a",
  "{{ request.object.spec }}",
  "{{ element }}",
  "$(x)",
  "{{ target }}",
  "[{",
  "- op: add",
  "*",
  "(a)",
);
const keys = fc.constantFrom(
  "spec",
  "metadata",
  "containers",
  "name",
  "(name)",
  "+(x)",
  "<(spec)",
  "$patch",
  "__proto__",
  "{{ a }}",
);
const { block } = fc.letrec<{ value: Json; block: JsonObject }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    text,
    fc.constantFrom<Json>(null, 1, true),
    tie("block"),
    fc.array(tie("value"), { maxLength: 3 }),
  ),
  block: fc
    .array(fc.tuple(keys, tie("value")), { maxLength: 3 })
    .map((entries) => Object.fromEntries(entries)),
}));

describe("mutations of any content", () => {
  it("end in responses and never change what they are given", () => {
    const mutations = fc.oneof(
      block.map((patchStrategicMerge) => ({ patchStrategicMerge })),
      text.map((patchesJson6902) => ({ patchesJson6902 })),
      fc
        .tuple(text, block)
        .map(([list, patchStrategicMerge]) => ({ foreach: [{ list, patchStrategicMerge }] })),
    );
    const before = structuredClone(web);
    fc.assert(
      fc.property(mutations, (mutation) => {
        const result = mutate(compileMutations(policy([rule("r", { mutate: mutation })])), input(web));
        assert.ok(result.kind === "completed");
        assert.ok(result.responses.every(({ message }) => !message.startsWith("internal error")));
        assert.deepEqual(web, before);
      }),
      { numRuns: 400 },
    );
  });
});
