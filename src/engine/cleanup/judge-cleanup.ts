import { BudgetExceeded } from "../budget.ts";
import { Suspension } from "../context/context-source.ts";
import type { ContextRequest } from "../context/context-source.ts";
import { inject } from "../context/document.ts";
import { imagesOf } from "../context/images-entry.ts";
import { RuleContext } from "../context/rule-context.ts";
import type { ContextFrame } from "../context/rule-context.ts";
import { QueryError } from "../errors.ts";
import type { EvaluationInput } from "../input.ts";
import { matchSubjectOf } from "../match/subject.ts";
import type { CompiledCleanup } from "./compile-cleanup.ts";

/** What an object is judged with. */
export type CleanupInput = Pick<
  EvaluationInput,
  "resource" | "gvk" | "namespace" | "namespaceLabels" | "nowMs" | "seed" | "numbers" | "budget" | "context"
> &
  Pick<EvaluationInput, "injected">;

/** Why an object stays. */
export type CleanupReason = "namespace" | "match" | "exclude" | "conditions";

/** Whether a policy deletes an object; `failed` where that cannot be told, and then it stays. */
export type CleanupVerdict =
  | { readonly kind: "selected" }
  | { readonly kind: "kept"; readonly reason: CleanupReason }
  | { readonly kind: "failed"; readonly message: string }
  | { readonly kind: "pending"; readonly requests: readonly ContextRequest[] };

/**
 * Judges one object by a cleanup policy. Never throws. Where it has to wait for data the caller loads it and asks again.
 * Context entries are evaluated for this object alone; Kyverno keeps those of the first object for a whole run.
 */
export function judgeCleanup(policy: CompiledCleanup, input: CleanupInput): CleanupVerdict {
  const { identity, problem, conditions } = policy;
  if (identity.namespace !== undefined && identity.namespace !== input.namespace) return kept("namespace");
  if (problem !== undefined) return { kind: "failed", message: problem };
  try {
    const subject = matchSubjectOf({ ...input, subresource: "", operation: "CREATE" });
    if (!policy.matches(subject)) return kept("match");
    if (policy.excludes(subject)) return kept("exclude");
    if (conditions === undefined) return { kind: "selected" };
    const context = new RuleContext(frameOf(policy, input), policy.context, []);
    return conditions(context) ? { kind: "selected" } : kept("conditions");
  } catch (error) {
    if (error instanceof Suspension) return { kind: "pending", requests: error.requests };
    return { kind: "failed", message: messageOf(error) };
  }
}

function kept(reason: CleanupReason): CleanupVerdict {
  return { kind: "kept", reason };
}

/** Conditions see the object as `target`; there is no request but its namespace. */
function frameOf({ identity, queries }: CompiledCleanup, input: CleanupInput): ContextFrame {
  const { numbers, budget, nowMs, seed, resource, namespace, gvk } = input;
  return {
    environment: { numbers, budget, nowMs, seed },
    document: inject({ target: resource, request: { namespace } }, input.injected?.policy),
    operation: "CREATE",
    source: input.context,
    scope: {
      policyKind: identity.kind,
      policyName: identity.name,
      ...(identity.namespace === undefined ? {} : { policyNamespace: identity.namespace }),
    },
    queries,
    images: () => imagesOf(resource, gvk.kind),
  };
}

function messageOf(error: unknown): string {
  if (error instanceof QueryError) return `failed to check conditions: ${error.message}`;
  if (error instanceof BudgetExceeded) return error.message;
  return `internal error: ${error instanceof Error ? error.message : String(error)}`;
}
