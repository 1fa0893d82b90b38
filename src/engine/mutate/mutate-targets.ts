import { Suspension } from "../context/context-source.ts";
import type { ContextRequest } from "../context/context-source.ts";
import { withKey } from "../context/document.ts";
import type { RuleContext } from "../context/rule-context.ts";
import { QueryError } from "../errors.ts";
import type { RuleResponse } from "../response.ts";
import type { RuleOutcome, RuleRun } from "../validate/compiled-rule.ts";
import { runRule } from "../validate/run-rule.ts";
import type { RuleFrame } from "../validate/run-rule.ts";
import type { JsonObject } from "../values/json.ts";
import type { CompiledMutation } from "./compiled-mutations.ts";
import type { MutationBody } from "./mutation-body.ts";
import { verdictOf } from "./mutation-response.ts";
import type { CompiledTarget, TargetObject, TargetSelector, TargetSource } from "./mutation-target.ts";

/** An existing object with what a rule makes of it. */
export interface PatchedTarget {
  readonly rule: string;
  readonly target: TargetObject;
  /** The target as it is to be written. */
  readonly object: JsonObject;
}

/** What a rule makes of its targets, or what must be loaded before it can say so. */
export type TargetsResult =
  | {
      readonly kind: "completed";
      readonly responses: readonly RuleResponse[];
      readonly targets: readonly PatchedTarget[];
    }
  | {
      readonly kind: "pending";
      readonly requests: readonly ContextRequest[];
      readonly selectors: readonly TargetSelector[];
    };

interface TargetVerdict {
  readonly outcome: RuleOutcome;
  readonly patched?: PatchedTarget;
}

/** Runs a rule that changes existing objects: one verdict per target, and one more for selectors without objects. */
export function mutateTargets(
  { rule, body, targets = [] }: CompiledMutation,
  frame: RuleFrame,
  source: TargetSource,
): TargetsResult {
  const selectors: TargetSelector[] = [];
  let verdicts: readonly TargetVerdict[] = [];
  const judge = (run: RuleRun): RuleOutcome | undefined => {
    const found = findTargets(targets, run.context, source);
    if (found.pending.length > 0) {
      selectors.push(...found.pending);
      throw new Suspension([]);
    }
    verdicts = [
      ...(found.failures.length === 0 ? [] : [failedSelectors(found.failures)]),
      ...found.targets.map(([target, object]) =>
        mutateTarget(target, object, body as MutationBody, rule.name, run),
      ),
    ];
    return verdicts[0]?.outcome;
  };
  const result = runRule(body === undefined ? rule : { ...rule, body: judge }, frame);
  switch (result.kind) {
    case "pending":
      return { kind: "pending", requests: result.requests, selectors };
    case "none":
      return { kind: "completed", responses: [], targets: [] };
    case "response": {
      const { response } = result;
      const others = verdicts.slice(1).map(({ outcome: { status, message } }) => {
        const { unsupported: _unsupported, ...rest } = response;
        return { ...rest, status, message };
      });
      const patched = verdicts.flatMap((verdict) => verdict.patched ?? []);
      return { kind: "completed", responses: [response, ...others], targets: patched };
    }
    default:
      return result satisfies never;
  }
}

function failedSelectors(failures: readonly string[]): TargetVerdict {
  return { outcome: { status: "error", message: `: ${failures.join("; ")}` } };
}

interface FoundTargets {
  readonly targets: readonly (readonly [CompiledTarget, TargetObject])[];
  readonly failures: readonly string[];
  readonly pending: readonly TargetSelector[];
}

function findTargets(
  targets: readonly CompiledTarget[],
  context: RuleContext,
  source: TargetSource,
): FoundTargets {
  const found: (readonly [CompiledTarget, TargetObject])[] = [];
  const failures: string[] = [];
  const pending: TargetSelector[] = [];
  for (const [index, target] of targets.entries()) {
    try {
      const selector = target.select(context);
      const answer = source.find(selector, context.outside.scope, index);
      if (answer.kind === "failed") failures.push(answer.message);
      else if (answer.kind === "pending") pending.push(selector);
      else found.push(...answer.objects.map((object) => [target, object] as const));
    } catch (error) {
      if (!(error instanceof QueryError)) throw error;
      failures.push(`failed to substitute variables in target[${index}]: ${error.message}`);
    }
  }
  return { targets: found, failures, pending };
}

function mutateTarget(
  target: CompiledTarget,
  found: TargetObject,
  body: MutationBody,
  rule: string,
  { context, input }: RuleRun,
): TargetVerdict {
  const { base } = context;
  const showTarget = (object: JsonObject) => context.rebase(withKey(base, "target", object));
  showTarget(found.object);
  context.enter(target.context, []);
  try {
    const skipped = checkPreconditions(target, context);
    if (skipped !== undefined) return { outcome: skipped };
    const outcome = body({ rule, input, context, refresh: showTarget }, found.object);
    const verdict = verdictOf(outcome);
    if (outcome.status !== "pass") return { outcome: verdict };
    return { outcome: verdict, patched: { rule, target: found, object: outcome.object } };
  } finally {
    context.leave();
    context.rebase(base);
  }
}

function checkPreconditions(target: CompiledTarget, context: RuleContext): RuleOutcome | undefined {
  try {
    const { holds, message } = target.preconditions?.(context) ?? { holds: true, message: "" };
    if (holds) return undefined;
    return { status: "skip", message: ["preconditions not met", message].filter(Boolean).join("; ") };
  } catch (error) {
    if (!(error instanceof QueryError)) throw error;
    return { status: "error", message: `failed to evaluate preconditions: ${error.message}` };
  }
}
