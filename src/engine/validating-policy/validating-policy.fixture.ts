import type { ValidatingPolicy, ValidatingPolicySpec } from "#api/policies/validating-policy.ts";

import { compile } from "../compile.ts";
import { input, web } from "../evaluate.fixture.ts";
import { evaluate } from "../evaluate.ts";
import type { EvaluationInput } from "../input.ts";
import type { RuleResponse } from "../response.ts";

/** Constraints for pods that are created. */
export const podsCreated = {
  resourceRules: [{ apiGroups: [""], apiVersions: ["v1"], operations: ["CREATE"], resources: ["pods"] }],
};

/** A policy `p` for pods. */
export function validatingPolicy(spec: Partial<ValidatingPolicySpec>): ValidatingPolicy {
  return {
    apiVersion: "policies.kyverno.io/v1",
    kind: "ValidatingPolicy",
    metadata: { name: "p" },
    spec: { matchConstraints: podsCreated, ...spec },
  };
}

/** What the policy says of `web`. */
export function judgeWeb(
  spec: Partial<ValidatingPolicySpec>,
  more: Partial<EvaluationInput> = {},
): readonly RuleResponse[] {
  const evaluation = evaluate(compile(validatingPolicy(spec)), input(web, more));
  if (evaluation.kind === "pending") throw new Error("the evaluation waits for data");
  return evaluation.responses;
}
