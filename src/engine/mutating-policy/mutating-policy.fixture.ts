import type { MutatingPolicy, MutatingPolicySpec } from "#api/policies/mutating-policy.ts";

import { input, web } from "../evaluate.fixture.ts";
import type { EvaluationInput } from "../input.ts";
import type { JsonObject } from "../values/json.ts";
import { compileMutatingPolicy } from "./compile-mutating-policy.ts";
import type { CompiledMutatingPolicy } from "./compile-mutating-policy.ts";
import { mutateByPolicy } from "./mutate-by-policy.ts";

/** Constraints for pods that are created. */
const podsCreated = {
  resourceRules: [{ apiGroups: [""], apiVersions: ["v1"], operations: ["CREATE"], resources: ["pods"] }],
};

/** A policy `p` for pods. */
export function mutatingPolicy(spec: Partial<MutatingPolicySpec>): MutatingPolicy {
  return {
    apiVersion: "policies.kyverno.io/v1",
    kind: "MutatingPolicy",
    metadata: { name: "p" },
    spec: { matchConstraints: podsCreated, ...spec },
  };
}

export function compiled(spec: Partial<MutatingPolicySpec>): CompiledMutatingPolicy {
  return compileMutatingPolicy(mutatingPolicy(spec));
}

/** A change by an apply configuration. */
export function apply(expression: string) {
  return { patchType: "ApplyConfiguration", applyConfiguration: { expression } };
}

/** A change by a JSON patch. */
export function patch(expression: string) {
  return { patchType: "JSONPatch", jsonPatch: { expression } };
}

/** What a policy makes of `web`: status and message of its responses, and the object. */
export function mutateWeb(
  spec: Partial<MutatingPolicySpec>,
  more: Partial<EvaluationInput> = {},
): { readonly verdicts: readonly (readonly [string, string, string])[]; readonly object: JsonObject } {
  const result = mutateByPolicy(compiled(spec), input(web, more));
  if (result.kind === "pending") throw new Error("the evaluation waits for data");
  const { responses, object } = result;
  return { verdicts: responses.map(({ rule, status, message }) => [rule, status, message] as const), object };
}
