import { BudgetExceeded } from "../budget.ts";
import { Suspension } from "../context/context-source.ts";
import type { ContextRequest } from "../context/context-source.ts";
import { RuleContext } from "../context/rule-context.ts";
import { frameOf, subjectOf } from "../evaluate.ts";
import type { EvaluationInput } from "../input.ts";
import type { RuleResponse } from "../response.ts";
import type { RuleFrame } from "../validate/run-rule.ts";
import type { CloneSources, SourceRequest } from "./clone-sources.ts";
import type { CompiledGeneration, CompiledGenerations } from "./compiled-generations.ts";
import type { DesiredObject } from "./desired-object.ts";
import { filterRule } from "./filter-rule.ts";
import { makeObjects } from "./make-objects.ts";

/** Why a rule that applies could not make all of its objects. */
export interface GenerationFailure {
  readonly rule: string;
  readonly message: string;
}

/** What a policy wants to exist for a trigger, or what must be loaded before it can say so. */
export type GenerationResult =
  | {
      readonly kind: "completed";
      /** One per rule that has to do with the trigger; `fail` means that what the rule made for it has to go. */
      readonly responses: readonly RuleResponse[];
      readonly objects: readonly DesiredObject[];
      readonly failures: readonly GenerationFailure[];
    }
  | {
      readonly kind: "pending";
      readonly requests: readonly ContextRequest[];
      readonly sources: readonly SourceRequest[];
    };

/**
 * Works out what the generate rules of one policy want to exist for a trigger. It writes nothing. Never throws. Where a rule
 * has to wait for data the others go on, so that all requests come together; the caller loads them and asks again. For a
 * DELETE the trigger is `oldResource`. `only` names the one rule to ask; all of them otherwise.
 */
export function generate(
  policy: CompiledGenerations,
  input: EvaluationInput,
  sources: CloneSources,
  only?: string,
): GenerationResult {
  const responses: RuleResponse[] = [];
  const objects: DesiredObject[] = [];
  const failures: GenerationFailure[] = [];
  const requests: ContextRequest[] = [];
  const pending: SourceRequest[] = [];
  const { namespace } = policy.identity;
  const isInside = namespace === undefined || input.namespace === namespace;
  const isAdmitted = isInside && policy.admits?.(input) !== false;
  const frame = isAdmitted ? frameOf(policy, input, subjectOf(input)) : undefined;
  for (const generation of frame === undefined ? [] : policy.rules) {
    if (frame === undefined || (only !== undefined && generation.rule.name !== only)) continue;
    const result = runGeneration(generation, policy, frame, sources);
    requests.push(...result.requests);
    pending.push(...result.sources);
    objects.push(...result.objects);
    if (result.response !== undefined) responses.push(result.response);
    if (result.failure !== undefined) {
      failures.push({ rule: generation.rule.name, message: result.failure });
    }
    const decided = result.response !== undefined && result.response.status !== "skip";
    if (policy.applyOne && (decided || isPending(result))) break;
  }
  return requests.length > 0 || pending.length > 0
    ? { kind: "pending", requests, sources: pending }
    : { kind: "completed", responses, objects, failures };
}

interface RuleRunResult {
  readonly response?: RuleResponse;
  readonly failure?: string;
  readonly objects: readonly DesiredObject[];
  readonly requests: readonly ContextRequest[];
  readonly sources: readonly SourceRequest[];
}

const nothing: RuleRunResult = { objects: [], requests: [], sources: [] };

function isPending({ requests, sources }: RuleRunResult): boolean {
  return requests.length > 0 || sources.length > 0;
}

function runGeneration(
  generation: CompiledGeneration,
  policy: CompiledGenerations,
  frame: RuleFrame,
  sources: CloneSources,
): RuleRunResult {
  const { rule, body } = generation;
  const respond = (verdict: Pick<RuleResponse, "status" | "message" | "exceptions">): RuleResponse => ({
    rule: rule.name,
    type: rule.type,
    properties: Object.fromEntries(rule.properties.map(([key, value]) => [key, value] as const)),
    ...verdict,
  });
  try {
    const injected = frame.input.injected?.rule(rule.name) ?? [];
    const context = new RuleContext(frame.context, rule.context, injected);
    const verdict = filterRule(generation, frame, context);
    if (verdict === undefined) return nothing;
    if (verdict.status !== "pass") return { ...nothing, response: respond(verdict) };
    if (body === undefined) {
      const problem = rule.body({ input: frame.input, context });
      return problem === undefined ? nothing : { ...nothing, response: respond(problem) };
    }
    const { operation, resource, oldResource } = frame.input;
    const trigger = operation === "DELETE" ? (oldResource ?? resource) : resource;
    const origin = {
      policy: policy.identity,
      rule: rule.name,
      trigger,
      synchronize: generation.synchronize,
    };
    const made = makeObjects(body, { origin, context, sources });
    if (made.pending.length > 0) return { ...nothing, sources: made.pending };
    return {
      ...nothing,
      response: respond(verdict),
      objects: made.objects,
      ...(made.failures.length === 0 ? {} : { failure: made.failures.join("; ") }),
    };
  } catch (error) {
    if (error instanceof Suspension) return { ...nothing, requests: error.requests };
    return { ...nothing, response: respond({ status: "error", message: messageOf(error) }) };
  }
}

function messageOf(error: unknown): string {
  if (error instanceof BudgetExceeded) return error.message;
  return `internal error: ${error instanceof Error ? error.message : String(error)}`;
}
