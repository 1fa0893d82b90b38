import type { KubeObject } from "#api/meta/object-meta.ts";
import { splitApiVersion } from "#api/meta/resource-type.ts";
import type { ResourceType } from "#api/meta/resource-type.ts";
import type { TriggerEvent } from "#controllers/triggers/trigger-event.ts";
import { celSubjectOf } from "#engine/cel-policy/cel-subject.ts";
import type { SourceRequest } from "#engine/generate/clone-sources.ts";
import type { DesiredObject } from "#engine/generate/desired-object.ts";
import { generate } from "#engine/generate/generate.ts";
import { generateByPolicy } from "#engine/generating-policy/generate-by-policy.ts";
import type { EvaluationInput, Operation } from "#engine/input.ts";
import type { RuleResponse } from "#engine/response.ts";
import type { JsonObject } from "#engine/values/json.ts";
import type { GenerateTask, PolicyTask, RuleTask } from "./generate-task.ts";
import type { GenerateWorld } from "./ports.ts";
import type { SourceBook } from "./source-book.ts";

/** What a rule says about a trigger. */
export interface TriggerVerdict {
  readonly verdict: "applies" | "ended" | "spared" | "failed";
  /** Undefined where the rule has nothing to do with the trigger. */
  readonly response: RuleResponse | undefined;
  readonly objects: readonly DesiredObject[];
  /** Why not all objects could be made. */
  readonly failure: string | undefined;
  /** Sources that were asked for. */
  readonly sources: readonly SourceRequest[];
}

const maxRounds = 8;
const nothing = { objects: [], failure: undefined, sources: [] } as const;

/** What a rule that is not for the trigger says: what it made before has to go. */
const ended: TriggerVerdict = { ...nothing, verdict: "ended", response: undefined };

/** Asks a rule about a trigger, loading what it wants to know. Never throws for what a policy says. */
export async function evaluateTrigger(
  task: GenerateTask,
  event: TriggerEvent,
  world: GenerateWorld,
  sources: SourceBook,
  version: number,
): Promise<TriggerVerdict> {
  const isRemoved = event.operation === "DELETE" && !task.generatesOnDelete;
  if (event.wantsRemoval || isRemoved) return ended;
  if (event.operation === "DELETE" && event.isKnownByNameOnly) return ended;
  if (task.needsUser && event.user === undefined) return { ...ended, verdict: "spared" };
  return task.kind === "rule"
    ? evaluateRule(task, event, world, sources, version)
    : evaluatePolicy(task, event, world, version);
}

function inputOf(
  event: TriggerEvent,
  operation: Operation,
  world: GenerateWorld,
  context: EvaluationInput["context"],
): EvaluationInput {
  const { object, oldObject, namespaceLabels, user } = event;
  const isDelete = operation === "DELETE";
  const old = isDelete ? object : oldObject;
  return {
    resource: jsonOf(object),
    ...(old === undefined ? {} : { oldResource: jsonOf(old) }),
    gvk: event.type,
    subresource: event.subresource,
    operation,
    namespace: event.namespace,
    ...(namespaceLabels === undefined ? {} : { namespaceLabels }),
    ...(user === undefined ? {} : { user }),
    nowMs: world.now(),
    seed: world.seed(),
    numbers: "int64",
    budget: world.budget(),
    context,
    ...(world.exceptions === undefined ? {} : { exceptions: world.exceptions }),
    ...(world.celExceptions === undefined ? {} : { celExceptions: world.celExceptions }),
  };
}

// What the client parses is JSON, and nothing else.
const jsonOf = (object: KubeObject): JsonObject => object as unknown as JsonObject;

async function evaluateRule(
  task: RuleTask,
  event: TriggerEvent,
  world: GenerateWorld,
  sources: SourceBook,
  version: number,
): Promise<TriggerVerdict> {
  const context = world.context(version);
  const asked = new Map<string, SourceRequest>();
  const recording = {
    find: (request: SourceRequest, scope: typeof task.scope) => {
      asked.set(JSON.stringify(request), request);
      return sources.find(request, scope);
    },
  };
  const { applyOne } = task.compiled;
  for (let round = 0; round < maxRounds; round += 1) {
    const input = inputOf(event, event.operation, world, context);
    // Where the first rule that applies is the only one, this one depends on those before it.
    const result = generate(task.compiled, input, recording, applyOne ? undefined : task.rule);
    if (result.kind === "pending") {
      await Promise.all([
        context.settle(result.requests, task.scope),
        sources.settle(result.sources, task.scope),
      ]);
      continue;
    }
    const response = result.responses.find(({ rule }) => rule === task.rule);
    const isOvertaken = result.responses.some(({ rule, status }) => rule !== task.rule && status !== "skip");
    if (applyOne && response === undefined && isOvertaken) return { ...ended, verdict: "spared" };
    const failure = result.failures.find(({ rule }) => rule === task.rule)?.message;
    const verdict = verdictOf(response, failure);
    const objects = result.objects.filter(({ rule }) => rule === task.rule);
    return { verdict, response, objects, failure, sources: [...asked.values()] };
  }
  return gaveUp(task.rule);
}

function verdictOf(
  response: RuleResponse | undefined,
  failure: string | undefined,
): TriggerVerdict["verdict"] {
  if (response === undefined) return "ended";
  switch (response.status) {
    case "pass":
    case "warn":
      return failure === undefined ? "applies" : "failed";
    case "fail":
      return "ended";
    case "skip":
      return (response.exceptions ?? []).length > 0 ? "spared" : "ended";
    case "error":
      return "failed";
    default:
      return response.status satisfies never;
  }
}

async function evaluatePolicy(
  task: PolicyTask,
  event: TriggerEvent,
  world: GenerateWorld,
  version: number,
): Promise<TriggerVerdict> {
  const context = world.context(version);
  const options = {
    isClusterScoped: (apiVersion: string, kind: string) =>
      findType(world.types(), apiVersion, kind)?.namespaced === false,
  };
  if (!takesAsItIs(task, inputOf(event, event.operation, world, context))) return ended;
  for (let round = 0; round < maxRounds; round += 1) {
    const input = inputOf(event, event.operation, world, context);
    const result = generateByPolicy(task.compiled, input, options);
    if (result.kind === "pending") {
      await context.settle(result.requests, task.scope);
      continue;
    }
    const { response, objects } = result;
    const isExempt = response?.rule === "exception";
    const verdict =
      response === undefined
        ? "ended"
        : isExempt
          ? "spared"
          : response.status === "pass"
            ? "applies"
            : "failed";
    const asked = objects.flatMap(({ source }): SourceRequest[] =>
      source === undefined ? [] : [{ request: "object", ...source }],
    );
    return { verdict, response, objects, failure: undefined, sources: asked };
  }
  return gaveUp(task.compiled.identity.name);
}

/**
 * Selectors also take an object for what it was before the change, as on admission. Whether what was made for it stays is for
 * what it is now to say. Constraints that cannot be evaluated are told of by the evaluation.
 */
function takesAsItIs({ compiled }: PolicyTask, { oldResource, ...now }: EvaluationInput): boolean {
  if (oldResource === undefined || now.operation !== "UPDATE") return true;
  try {
    return compiled.matches(celSubjectOf(now));
  } catch {
    return true;
  }
}

function gaveUp(rule: string): TriggerVerdict {
  const message = `external data was asked for in ${maxRounds} rounds without end; the rule was given up`;
  const response: RuleResponse = { rule, type: "generate", status: "error", message, properties: {} };
  return { ...nothing, verdict: "failed", response };
}

/** The kind as it is served in exactly this version. */
export function findType(
  types: readonly ResourceType[],
  apiVersion: string,
  kind: string,
): ResourceType | undefined {
  const { group, version } = splitApiVersion(apiVersion);
  return types.find(
    (type) =>
      type.group === group && type.version === version && type.kind === kind && !type.resource.includes("/"),
  );
}
