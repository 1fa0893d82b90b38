import assert from "node:assert/strict";
import * as fc from "fast-check";
import { decodeCleanupPolicy } from "#api/kyverno/cleanup-policy.ts";
import { clusterPolicySchema, decodeClusterPolicy } from "#api/kyverno/cluster-policy.ts";
import type { ClusterPolicy } from "#api/kyverno/cluster-policy.ts";
import type { Rule } from "#api/kyverno/rule.ts";
import { Budget, defaultBudgetLimits } from "#engine/budget.ts";
import { compileCleanup } from "#engine/cleanup/compile-cleanup.ts";
import { judgeCleanup } from "#engine/cleanup/judge-cleanup.ts";
import { compile } from "#engine/compile.ts";
import type { ContextSource } from "#engine/context/context-source.ts";
import { evaluate } from "#engine/evaluate.ts";
import { compileGenerations } from "#engine/generate/compile-generations.ts";
import { generate } from "#engine/generate/generate.ts";
import type { EvaluationInput } from "#engine/input.ts";
import { compileMutations } from "#engine/mutate/compile-mutations.ts";
import { mutate } from "#engine/mutate/mutate.ts";
import type { RuleResponse } from "#engine/response.ts";
import { validatePolicy } from "#engine/validation/validate-policy.ts";
import type { Json, JsonObject } from "#engine/values/json.ts";
import { hostileTexts, jsonOf } from "../arbitraries/json.ts";
import { ofSchema } from "../arbitraries/of-schema.ts";
import { property } from "../suite.ts";
import type { FuzzSuite } from "../suite.ts";

const maxSteps = 100_000;
/** No evaluation within that many steps takes longer, even on a machine that is busy with something else. */
const maxMs = 5_000;

const fields = fc.constantFrom(
  "metadata",
  "labels",
  "annotations",
  "spec",
  "containers",
  "name",
  "image",
  "volumes",
  "status",
);
const resources = jsonOf(fields).object;
const patternKeys = fc.constantFrom(
  "spec",
  "containers",
  "name",
  "image",
  "(name)",
  "=(spec)",
  "X(a)",
  "^(containers)",
  "<(name)",
  "+(a)",
  "labels",
  "metadata",
);
const patterns = jsonOf(
  patternKeys,
  fc.oneof(hostileTexts, fc.constantFrom<Json>(null, true, 1, 1.5, 2n ** 60n)),
).any;
const values = jsonOf(fields).any;

const condition = fc.record({
  key: values,
  operator: fc.constantFrom(
    "Equals",
    "NotEquals",
    "AnyIn",
    "AllNotIn",
    "In",
    "NotIn",
    "GreaterThan",
    "DurationLessThan",
    "nope",
  ),
  value: values,
  message: hostileTexts,
});
const conditions = fc.oneof<fc.Arbitrary<Json>[]>(
  fc.record({ any: fc.array(condition, { maxLength: 2 }), all: fc.array(condition, { maxLength: 2 }) }),
  fc.array(condition, { maxLength: 3 }),
  values,
);
const expressions = fc.oneof(
  hostileTexts,
  fc.constantFrom(
    "request.object.spec.containers[]",
    "request.object.* | []",
    "@",
    "x",
    "element",
    "keys(request.object)",
    "request.object.spec.[containers, initContainers][]",
  ),
);
const contexts = fc.array(
  fc.record({
    name: fc.constantFrom("x", "y", "element", "request", "__proto__"),
    variable: fc.record({ value: values, jmesPath: expressions }, { requiredKeys: [] }),
  }),
  { maxLength: 3 },
);
const check = fc.oneof(
  fc.record({ message: hostileTexts, pattern: patterns }),
  fc.record({ message: hostileTexts, anyPattern: fc.oneof(patterns, fc.array(patterns, { maxLength: 3 })) }),
  fc.record({ message: hostileTexts, deny: fc.record({ conditions }) }),
  fc.record({
    message: hostileTexts,
    podSecurity: fc.record({
      level: fc.constantFrom("baseline", "restricted", "privileged", ""),
      version: fc.constantFrom("latest", "v1.24", "x"),
    }),
  }),
);
const foreach = fc.record(
  {
    list: expressions,
    context: contexts,
    preconditions: conditions,
    pattern: patterns,
    elementScope: fc.boolean(),
    foreach: values,
  },
  { requiredKeys: ["list"] },
);
const validations = fc.oneof(
  check,
  fc.record({ message: hostileTexts, foreach: fc.array(foreach, { maxLength: 2 }) }),
);
const mutations = fc.oneof(
  fc.record({ patchStrategicMerge: patterns }),
  fc.record({ patchesJson6902: hostileTexts }),
  fc.record({
    foreach: fc.array(fc.record({ list: expressions, patchStrategicMerge: patterns }), { maxLength: 2 }),
  }),
  fc.record({
    targets: fc.array(fc.record({ apiVersion: hostileTexts, kind: hostileTexts, name: hostileTexts }), {
      maxLength: 2,
    }),
    patchStrategicMerge: patterns,
  }),
);
const generations = fc.record(
  {
    apiVersion: hostileTexts,
    kind: hostileTexts,
    name: hostileTexts,
    namespace: hostileTexts,
    data: values,
    foreach: fc.array(fc.record({ list: expressions, data: values }), { maxLength: 2 }),
  },
  { requiredKeys: ["apiVersion", "kind", "name"] },
);

const pods = { any: [{ resources: { kinds: ["Pod"] } }] };
const ruleOf = (body: unknown): Rule => ({ name: "r", match: pods, ...(body as Partial<Rule>) });
const policyOf = (...bodies: readonly unknown[]): ClusterPolicy => ({
  apiVersion: "kyverno.io/v1",
  kind: "ClusterPolicy",
  metadata: { name: "p" },
  spec: { rules: bodies.map(ruleOf) },
});

const offline: ContextSource = { lookUp: () => ({ kind: "unavailable" }) };
const inputOf = (resource: JsonObject): EvaluationInput => ({
  resource,
  gvk: { group: "", version: "v1", kind: "Pod" },
  subresource: "",
  operation: "CREATE",
  namespace: "shop",
  nowMs: 1_700_000_000_000,
  seed: 1,
  numbers: "int64",
  budget: new Budget({ ...defaultBudgetLimits, maxSteps }),
  context: offline,
});

const statuses: ReadonlySet<string> = new Set(["pass", "fail", "skip", "error"]);
const checkResponses = (responses: readonly RuleResponse[], rules: number): void => {
  assert.ok(responses.length <= rules, `${responses.length} responses of ${rules} rules`);
  for (const { status, message } of responses) {
    assert.ok(statuses.has(status), status);
    assert.ok(!message.startsWith("internal error"), message);
  }
};

/** Runs something that must not take long, and gives what it gave. */
const inTime = <T>(act: () => T): T => {
  const started = performance.now();
  const result = act();
  const ms = performance.now() - started;
  assert.ok(ms < maxMs, `it took ${Math.round(ms)} ms`);
  return result;
};

const judge = (policy: ClusterPolicy, resource: JsonObject): readonly RuleResponse[] => {
  const evaluation = inTime(() => evaluate(compile(policy), inputOf(resource)));
  assert.ok(evaluation.kind === "completed");
  return evaluation.responses;
};

export const verdicts: FuzzSuite = {
  name: "verdicts",
  properties: [
    property(
      "ends in one response per rule at most, whatever stands in rule and resource",
      fc.tuple(validations, conditions, contexts, resources),
      ([validate, preconditions, context, resource]) => {
        const before = structuredClone(resource);
        checkResponses(
          judge(policyOf({ validate, context }, { validate, preconditions, context }), resource),
          2,
        );
        assert.deepEqual(resource, before);
      },
    ),
    property(
      "judges twice alike",
      fc.tuple(validations, contexts, resources),
      ([validate, context, resource]) => {
        const policy = policyOf({ validate, context });
        assert.deepEqual(judge(policy, resource), judge(policy, resource));
      },
    ),
    property(
      "judges by anything that the schema of a policy lets in, and says what is wrong with it",
      fc.tuple(ofSchema(clusterPolicySchema.node), resources),
      ([document, resource]) => {
        const decoded = decodeClusterPolicy(document);
        if (!decoded.ok) return;
        for (const { message } of inTime(() => validatePolicy(decoded.value))) assert.ok(message !== "");
        const rules = compile(decoded.value).ruleNames.length;
        checkResponses(judge(decoded.value, resource), rules);
      },
    ),
    property("mutates or says why not", fc.tuple(mutations, resources), ([mutation, resource]) => {
      const before = structuredClone(resource);
      const result = inTime(() =>
        mutate(compileMutations(policyOf({ mutate: mutation })), inputOf(resource)),
      );
      assert.ok(result.kind === "completed");
      checkResponses(result.responses, 10);
      assert.deepEqual(resource, before);
    }),
    property("generates or says why not", fc.tuple(generations, resources), ([generation, resource]) => {
      const compiled = compileGenerations(policyOf({ generate: generation }));
      const none = { find: () => ({ kind: "objects" as const, objects: [] }) };
      const result = inTime(() => generate(compiled, inputOf(resource), none));
      assert.ok(result.kind === "completed");
      checkResponses(result.responses, 1);
    }),
    property(
      "cleans up, keeps or says why it cannot tell",
      fc.tuple(conditions, contexts, resources),
      ([block, context, resource]) => {
        const decoded = decodeCleanupPolicy({
          apiVersion: "kyverno.io/v2",
          kind: "CleanupPolicy",
          metadata: { name: "c", namespace: "shop" },
          spec: { schedule: "* * * * *", match: pods, conditions: block, context },
        });
        if (!decoded.ok) return;
        const verdict = inTime(() => judgeCleanup(compileCleanup(decoded.value), inputOf(resource)));
        assert.ok(verdict.kind !== "pending");
        if (verdict.kind === "failed")
          assert.ok(!verdict.message.startsWith("internal error"), verdict.message);
      },
    ),
  ],
};
