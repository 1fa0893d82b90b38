import type { ContextRequest } from "../context/context-source.ts";
import { withKey } from "../context/document.ts";
import { frameOf, subjectOf } from "../evaluate.ts";
import type { EvaluationInput } from "../input.ts";
import type { RuleResponse } from "../response.ts";
import type { RuleBody } from "../validate/compiled-rule.ts";
import { runRule } from "../validate/run-rule.ts";
import type { RuleFrame, RuleResult } from "../validate/run-rule.ts";
import { isObject, own } from "../values/json.ts";
import type { JsonObject } from "../values/json.ts";
import type { CompiledMutation, CompiledMutations } from "./compiled-mutations.ts";
import { mutateTargets } from "./mutate-targets.ts";
import type { PatchedTarget } from "./mutate-targets.ts";
import { verdictOf } from "./mutation-response.ts";
import type { MutationRun } from "./mutation-run.ts";
import type { TargetSelector, TargetSource } from "./mutation-target.ts";

/** What a policy makes of an object, or what must be loaded before it can say so. */
export type MutationResult =
  | {
      readonly kind: "completed";
      /** One per rule that applies; one per target for rules that change existing objects. */
      readonly responses: readonly RuleResponse[];
      /** The object as the rules leave it: the given one itself where none of them changed it. */
      readonly object: JsonObject;
      /** Existing objects that rules change. */
      readonly targets: readonly PatchedTarget[];
      /** True where a rule could not be carried out. Kyverno then takes nothing further of the object. */
      readonly failed: boolean;
    }
  | {
      readonly kind: "pending";
      readonly requests: readonly ContextRequest[];
      readonly selectors: readonly TargetSelector[];
    };

/** What else a mutation is asked with. */
export interface MutationOptions {
  /** Where existing objects come from. Without it rules that change them are left out, as on admission. */
  readonly targets?: TargetSource;
  /** The one rule to carry out, by its name; all of them otherwise. */
  readonly rule?: string;
}

/**
 * Carries out the mutate rules of one policy on one object, each on what those before it made of it; a rule that cannot be
 * carried out ends this. Never throws. Where a rule has to wait for data the caller loads it and asks again, from the start.
 */
export function mutate(
  policy: CompiledMutations,
  input: EvaluationInput,
  options: MutationOptions = {},
): MutationResult {
  const { namespace } = policy.identity;
  const done = new Progress(input.resource);
  if (namespace !== undefined && input.namespace !== namespace) return done.result();
  if (policy.admits?.(input) === false) return done.result();
  for (const mutation of policy.rules) {
    if (options.rule !== undefined && mutation.rule.name !== options.rule) continue;
    if (mutation.targets !== undefined && options.targets === undefined) continue;
    const current = { ...input, resource: done.object };
    const subject = subjectOf(current);
    if (!mutation.rule.matches(subject)) continue;
    const frame = frameOf(policy, current, subject);
    if (mutation.targets === undefined) done.note(runMutation(mutation, frame, done));
    else if (options.targets !== undefined) done.takeTargets(mutateTargets(mutation, frame, options.targets));
    if (done.ended || (policy.applyOne && done.applied)) break;
  }
  return done.result();
}

/** Runs a rule that changes the object itself; what it makes of it is noted in `done`. */
function runMutation({ rule, body }: CompiledMutation, frame: RuleFrame, done: Progress): RuleResult {
  if (body === undefined) return runRule(rule, frame);
  const patch: RuleBody = ({ input, context }) => {
    const run: MutationRun = {
      rule: rule.name,
      input,
      context,
      refresh: (object) => {
        const request = own(context.base, "request");
        const changed = withKey(isObject(request) ? request : {}, "object", object);
        context.rebase(withKey(context.base, "request", changed));
      },
    };
    const outcome = body(run, input.resource);
    if (outcome.status === "pass") done.object = outcome.object;
    return verdictOf(outcome);
  };
  return runRule({ ...rule, body: patch }, frame);
}

/** What the rules up to now have done. */
class Progress {
  object: JsonObject;
  readonly #responses: RuleResponse[] = [];
  readonly #targets: PatchedTarget[] = [];
  readonly #requests: ContextRequest[] = [];
  readonly #selectors: TargetSelector[] = [];
  #failed = false;

  constructor(object: JsonObject) {
    this.object = object;
  }

  note(result: RuleResult): void {
    if (result.kind === "pending") this.#requests.push(...result.requests);
    if (result.kind !== "response") return;
    this.#responses.push(result.response);
    if (result.response.status === "error") this.#failed = true;
  }

  takeTargets(result: ReturnType<typeof mutateTargets>): void {
    if (result.kind === "pending") {
      this.#requests.push(...result.requests);
      this.#selectors.push(...result.selectors);
      return;
    }
    this.#responses.push(...result.responses);
    this.#targets.push(...result.targets);
  }

  /** Nothing can follow: a rule failed, or what those after it would see is not known yet. */
  get ended(): boolean {
    return this.#failed || this.#requests.length > 0 || this.#selectors.length > 0;
  }

  /** `applyRules: One` ends with the first rule that passes or fails. */
  get applied(): boolean {
    return this.#responses.some(({ status }) => status === "pass" || status === "fail");
  }

  result(): MutationResult {
    if (this.#requests.length > 0 || this.#selectors.length > 0) {
      return { kind: "pending", requests: this.#requests, selectors: this.#selectors };
    }
    return {
      kind: "completed",
      responses: this.#responses,
      object: this.object,
      targets: this.#targets,
      failed: this.#failed,
    };
  }
}
