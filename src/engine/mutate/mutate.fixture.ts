import type { Rule } from "#api/kyverno/rule.ts";
import type { PolicySpec } from "#api/kyverno/policy-spec.ts";

import { input, policy, rule, web } from "../evaluate.fixture.ts";
import type { EvaluationInput } from "../input.ts";
import type { RuleResponse } from "../response.ts";
import type { JsonObject } from "../values/json.ts";
import { compileMutations } from "./compile-mutations.ts";
import { mutate } from "./mutate.ts";
import type { MutationOptions, MutationResult } from "./mutate.ts";

export type Completed = MutationResult & { readonly kind: "completed" };

/** What rules make of a pod, `web` unless another is given. */
export function mutated(
  rules: readonly Rule[],
  more: Partial<EvaluationInput> & { readonly object?: JsonObject; readonly spec?: Partial<PolicySpec> } = {},
  options: MutationOptions = {},
): Completed {
  const { object = web, spec = {}, ...rest } = more;
  const result = mutate(compileMutations(policy(rules, spec)), input(object, rest), options);
  if (result.kind === "pending") throw new Error("the mutation waits for data");
  return result;
}

/** A rule for pods that merges a patch. */
export function merges(name: string, patchStrategicMerge: JsonObject, more: Partial<Rule> = {}): Rule {
  return rule(name, { mutate: { patchStrategicMerge }, ...more });
}

/** Status and message of each response. */
export function verdicts(responses: readonly RuleResponse[]): readonly (readonly [string, string, string])[] {
  return responses.map((response) => [response.rule, response.status, response.message]);
}
