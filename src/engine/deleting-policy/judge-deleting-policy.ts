import { readNamespace } from "../cel-policy/cel-bindings.ts";
import { noCelExceptions } from "../cel-policy/cel-exception-source.ts";
import { openCelSession } from "../cel-policy/cel-session.ts";
import type { CelSession } from "../cel-policy/cel-session.ts";
import { celSubjectOf } from "../cel-policy/cel-subject.ts";
import { findExemption } from "../cel-policy/exemption.ts";
import { MatchError } from "../cel-policy/match-constraints.ts";
import { evaluateConditions } from "../cel-policy/match-conditions.ts";
import { policyScope } from "../cel-policy/ruleless-response.ts";
import { CelError } from "../cel/values/cel-error.ts";
import type { CelValue } from "../cel/values/cel-value.ts";
import { Suspension } from "../context/context-source.ts";
import type { ContextRequest } from "../context/context-source.ts";
import type { EvaluationInput } from "../input.ts";
import type { CompiledDeletingPolicy } from "./compile-deleting-policy.ts";

/** Why an object stays. */
export type KeptReason = "namespace" | "match" | "exception" | "conditions";

/** Whether a policy deletes an object; `failed` where that cannot be told, and then it stays. */
export type DeletionVerdict =
  | { readonly kind: "selected" }
  | { readonly kind: "kept"; readonly reason: KeptReason; readonly exceptions?: readonly string[] }
  | { readonly kind: "failed"; readonly message: string }
  | { readonly kind: "pending"; readonly requests: readonly ContextRequest[] };

/**
 * Judges one object by a DeletingPolicy: constraints (whatever the operations), exceptions, conditions. Never throws. Where
 * it has to wait for data the caller loads it and asks again. `operation` and `user` of the input do not count.
 */
export function judgeDeletingPolicy(policy: CompiledDeletingPolicy, input: EvaluationInput): DeletionVerdict {
  const { namespace } = policy.identity;
  if (namespace !== undefined && namespace !== input.namespace) return { kind: "kept", reason: "namespace" };
  try {
    if (!takes(policy, input)) return { kind: "kept", reason: "match" };
    if (policy.problem !== undefined) return { kind: "failed", message: policy.problem };
    const session = openSession(policy, input);
    return exempted(policy, session, input) ?? judgeConditions(policy, session);
  } catch (error) {
    if (error instanceof Suspension) return { kind: "pending", requests: error.requests };
    if (error instanceof MatchError || error instanceof CelError)
      return { kind: "failed", message: error.message };
    const message = `internal error: ${error instanceof Error ? error.message : String(error)}`;
    return { kind: "failed", message };
  }
}

/** JSON that is no object of a cluster is judged by its conditions alone. */
function takes({ matches }: CompiledDeletingPolicy, input: EvaluationInput): boolean {
  return input.mode === "json" || matches(celSubjectOf({ ...input, operation: "CREATE" }, "none"));
}

function openSession({ identity, variables }: CompiledDeletingPolicy, input: EvaluationInput): CelSession {
  const scope = policyScope(identity);
  const bind = (name: string): CelValue | undefined => {
    if (name === "object") return input.resource;
    return name === "namespaceObject" ? namespaceOf(input, scope) : undefined;
  };
  return openCelSession({
    clock: { nowMs: input.nowMs, seed: input.seed },
    bind,
    outside: { source: input.context, scope },
    variables,
  });
}

/** A Namespace is its own. */
function namespaceOf(input: EvaluationInput, scope: ReturnType<typeof policyScope>): CelValue {
  const isNamespace = input.gvk.group === "" && input.gvk.kind === "Namespace";
  return isNamespace ? input.resource : readNamespace(input, scope);
}

function exempted(
  { identity, environment }: CompiledDeletingPolicy,
  session: CelSession,
  input: EvaluationInput,
): DeletionVerdict | undefined {
  const exceptions = (input.celExceptions ?? noCelExceptions).find(identity.kind, identity.name);
  const exemption = findExemption(exceptions, session, {
    environment,
    nowMs: input.nowMs,
    onError: "error",
    ignoresLists: true,
  });
  switch (exemption.kind) {
    case "none":
      return undefined;
    case "exempt":
      return { kind: "kept", reason: "exception", exceptions: exemption.exceptions };
    case "error":
      return { kind: "failed", message: exemption.message };
    default:
      return exemption satisfies never;
  }
}

function judgeConditions({ conditions }: CompiledDeletingPolicy, session: CelSession): DeletionVerdict {
  const met = evaluateConditions(conditions, session);
  switch (met.kind) {
    case "met":
      return { kind: "selected" };
    case "notMet":
      return { kind: "kept", reason: "conditions" };
    case "error":
      return { kind: "failed", message: met.message };
    default:
      return met satisfies never;
  }
}
