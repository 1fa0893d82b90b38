import assert from "node:assert/strict";
import * as fc from "fast-check";
import type { ClusterPolicy } from "#api/kyverno/cluster-policy.ts";
import type { ContextEntry } from "#api/kyverno/context.ts";
import type { Rule } from "#api/kyverno/rule.ts";
import { Budget } from "#engine/budget.ts";
import { compile } from "#engine/compile.ts";
import type { ContextAnswer, ContextRequest, ContextSource } from "#engine/context/context-source.ts";
import { evaluate } from "#engine/evaluate.ts";
import type { RuleResponse } from "#engine/response.ts";
import { property } from "../suite.ts";
import type { FuzzSuite } from "../suite.ts";

const names = ["a", "b", "c", "d"] as const;
const name = fc.constantFrom(...names);
const number = fc.nat({ max: 3 });

/** What an entry asks for: a name as written, or one that another entry says. */
const reference = fc.oneof(
  number.map((map) => `m${map}`),
  name.map((other) => `{{ ${other}.data.next }}`),
  name.map((other) => `{{ ${other}.data.next || 'm0' }}`),
);
const entry: fc.Arbitrary<ContextEntry> = fc.oneof(
  fc.record({ name, configMap: fc.record({ name: reference, namespace: fc.constant("shop") }) }),
  fc.record({ name, globalReference: fc.record({ name: reference }) }),
  fc.record({
    name,
    variable: fc.record({
      jmesPath: name.map((other) => `${other}.data.next`),
      default: fc.constant("none"),
    }),
  }),
);
const use = fc.oneof(
  name.map((one) => `{{ ${one}.data.next }}`),
  fc.tuple(name, name).map(([one, other]) => `{{ ${one}.data.gone || ${other}.data.next || 'x' }}`),
  fc.tuple(name, name).map(([one, other]) => `{{ ${one} && ${other}.data.next }}`),
  fc.constant("plain"),
);
const condition = fc.record({
  key: use,
  operator: fc.constantFrom("Equals", "NotEquals", "AnyIn"),
  value: use,
});
const rule: fc.Arbitrary<Partial<Rule>> = fc.record({
  context: fc.array(entry, { minLength: 1, maxLength: 4 }),
  preconditions: fc.record({ any: fc.array(condition, { minLength: 1, maxLength: 2 }) }),
  validate: fc.oneof(
    fc.record({
      message: use,
      deny: fc.record({ conditions: fc.record({ all: fc.array(condition, { maxLength: 2 }) }) }),
    }),
    fc.record({ message: use, pattern: fc.record({ kind: use }) }),
    fc.record({
      message: use,
      foreach: fc.tuple(
        fc.record({
          list: fc.constant("['x', 'y']"),
          deny: fc.record({ conditions: fc.record({ any: fc.array(condition, { maxLength: 2 }) }) }),
        }),
      ),
    }),
  ),
});
/** What the world says to each of the maps and entries m0 to m3: the name of the next, or that there is none. */
const world = fc.tuple(...[0, 1, 2, 3].map(() => fc.option(number)));

const answerOf = (request: ContextRequest, known: readonly (number | null)[]): ContextAnswer => {
  const asked =
    request.kind === "configMap" ? request.name : request.kind === "globalReference" ? request.entry : "";
  const next = known[Number(asked.slice(1))];
  return next === undefined || next === null
    ? { kind: "failed", message: `${asked} was not found` }
    : { kind: "value", value: { data: { next: `m${next}` }, metadata: {} } };
};

const settle = (
  policy: ReturnType<typeof compile>,
  known: readonly (number | null)[],
  choose: (open: readonly string[]) => readonly string[],
): readonly RuleResponse[] => {
  const answered = new Map<string, ContextAnswer>();
  const open = new Map<string, ContextRequest>();
  const context: ContextSource = {
    lookUp: (request) => answered.get(JSON.stringify(request)) ?? { kind: "pending" },
  };
  for (let round = 0; round < 100; round += 1) {
    const evaluation = evaluate(policy, {
      resource: { apiVersion: "v1", kind: "Pod", metadata: { name: "web" } },
      gvk: { group: "", version: "v1", kind: "Pod" },
      subresource: "",
      operation: "CREATE",
      namespace: "shop",
      nowMs: 0,
      seed: 1,
      numbers: "int64",
      budget: new Budget(),
      context,
    });
    if (evaluation.kind === "completed") return evaluation.responses;
    for (const request of evaluation.requests) open.set(JSON.stringify(request), request);
    assert.ok(open.size > 0, "it waits for nothing");
    for (const key of choose([...open.keys()])) {
      const request = open.get(key);
      if (request !== undefined) answered.set(key, answerOf(request, known));
      open.delete(key);
    }
  }
  return assert.fail("it still waits after a hundred rounds");
};

export const arrival: FuzzSuite = {
  name: "arrival",
  properties: [
    property(
      "gives equal responses whatever the order in which its data arrive",
      fc.tuple(
        fc.array(rule, { minLength: 1, maxLength: 3 }),
        world,
        fc.array(fc.nat(), { minLength: 1, maxLength: 12 }),
      ),
      ([rules, known, choices]) => {
        const policy: ClusterPolicy = {
          apiVersion: "kyverno.io/v1",
          kind: "ClusterPolicy",
          metadata: { name: "p" },
          spec: {
            rules: rules.map((body, index) => ({
              name: `r${index}`,
              match: { any: [{ resources: { kinds: ["Pod"] } }] },
              ...body,
            })),
          },
        };
        const compiled = compile(policy);
        let turn = 0;
        const one = settle(compiled, known, (open) => {
          const choice = choices[turn % choices.length] ?? 0;
          turn += 1;
          return [open[choice % open.length] ?? ""];
        });
        assert.deepEqual(
          one,
          settle(compiled, known, (open) => open),
        );
      },
    ),
  ],
};
