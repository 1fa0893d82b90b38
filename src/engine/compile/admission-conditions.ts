import type { ClusterPolicy, Policy } from "#api/kyverno/cluster-policy.ts";

import { kindEnvironment } from "../cel/environments/kind-environment.ts";
import { openCelSession } from "../cel-policy/cel-session.ts";
import { CelCompileError } from "../cel-policy/compile-expression.ts";
import { compileConditions, evaluateConditions } from "../cel-policy/match-conditions.ts";
import type { EvaluationInput } from "../input.ts";
import { admissionVariables } from "../validate/cel-activation.ts";

/** True where a policy is for an object at all. */
export type AdmitsObject = (input: EvaluationInput) => boolean;

const field = "spec.webhookConfiguration.matchConditions";
/** The API server's limit for all match conditions of one request. */
const maxTotalCost = 2_500_000;

/**
 * Compiles `webhookConfiguration.matchConditions`, which count in scans as they do on admission. One that is false, or that
 * cannot be evaluated, keeps the policy from the object: nobody is asked who made the request, so what reads the user is
 * such a one. Undefined where there are none; a text where one of them is no expression.
 */
export function compileAdmissionConditions({
  spec,
}: ClusterPolicy | Policy): AdmitsObject | { readonly message: string } | undefined {
  const declared = spec.webhookConfiguration?.matchConditions ?? [];
  if (declared.length === 0) return undefined;
  try {
    const conditions = compileConditions(declared, kindEnvironment("MatchConditions"), field);
    return (input) => {
      const variables = admissionVariables(input);
      const session = openCelSession({
        clock: { nowMs: input.nowMs, seed: input.seed },
        // A webhook knows no Namespace objects.
        bind: (name) => (name === "namespaceObject" ? null : variables.get(name)),
        maxTotalCost,
      });
      return evaluateConditions(conditions, session, "notMet").kind === "met";
    };
  } catch (error) {
    if (error instanceof CelCompileError) return { message: error.message };
    throw error;
  }
}
