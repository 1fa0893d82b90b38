import type { ResourceType } from "#api/meta/resource-type.ts";
import { kindSubject, namespaceSubject } from "#controllers/triggers/trigger-event.ts";
import type { TriggerEvent, TriggerOutcome } from "#controllers/triggers/trigger-event.ts";
import { TargetHeldBack, TargetRefused } from "#kube/broker/create-target-guard.ts";
import { ApiError, isConflict, isNamespaceTerminating, isNotFound } from "#kube/client/api-error.ts";
import { prepareObject } from "./apply-downstream.ts";
import type { DownstreamWriter, PreparedObject } from "./apply-downstream.ts";
import type { DownstreamIndex, KnownDownstream } from "./downstream-index.ts";
import type { DownstreamWatch } from "./downstream-watch.ts";
import { ruleIndexKey } from "./downstream.ts";
import { evaluateTrigger, findType } from "./evaluate-trigger.ts";
import type { TriggerVerdict } from "./evaluate-trigger.ts";
import type { GenerateTask } from "./generate-task.ts";
import { planDownstreams } from "./plan-downstreams.ts";
import type { GenerateWorld } from "./ports.ts";
import type { SourceBook } from "./source-book.ts";

/** What handling a trigger did, for reports, Events and metrics. */
export interface TriggerRun {
  readonly task: GenerateTask;
  readonly event: TriggerEvent;
  readonly verdict: TriggerVerdict;
  readonly created: readonly PreparedObject[];
  readonly changed: readonly PreparedObject[];
  readonly deleted: number;
  /** Deletions that wait until somebody confirms them. */
  readonly held: number;
  /** Why something could not be done. */
  readonly problem: string | undefined;
}

export interface TriggerHandling {
  readonly world: GenerateWorld;
  readonly index: DownstreamIndex;
  readonly watch: DownstreamWatch;
  readonly sources: SourceBook;
  readonly writer: DownstreamWriter;
  /** What of the index belongs to the task: labels of GeneratingPolicies do not say it all. */
  readonly owns: (task: GenerateTask, downstream: KnownDownstream) => boolean;
  readonly isGoneSource: (sourceUid: string) => boolean;
  /** Takes so many inferred deletions of the policy, within its limit. */
  readonly takeDeletions: (task: GenerateTask, wanted: number) => number;
  /** Remembers what the rule copies, so that it is asked again when that changes. */
  readonly noteSources: (
    task: GenerateTask,
    event: TriggerEvent,
    verdict: TriggerVerdict,
  ) => Promise<boolean>;
}

/** As the subject of a wait: somebody has to confirm deletions of the policy. */
export function confirmationSubject(policyKey: string): string {
  return `confirmation ${policyKey}`;
}

/** Something that is missing, and comes one day. */
interface Missing {
  readonly subject: string;
  readonly message: string;
}

const maxAttempts = 3;

/** Gathers, plans and applies for one rule and one trigger. */
export async function handleTrigger(
  handling: TriggerHandling,
  task: GenerateTask,
  event: TriggerEvent,
): Promise<{ readonly run: TriggerRun; readonly outcome: TriggerOutcome }> {
  const { sources } = handling;
  await handling.watch.known();
  const created: PreparedObject[] = [];
  const changed: PreparedObject[] = [];
  for (let attempt = 1; ; attempt += 1) {
    const version = sources.version();
    const verdict = await evaluateTrigger(task, event, handling.world, sources, version);
    const isNews = await handling.noteSources(task, event, verdict);
    if (isNews && attempt < maxAttempts) continue;
    const done = await carryOut(handling, task, event, verdict);
    created.push(...done.created);
    changed.push(...done.changed);
    // What was copied may be another by now, and whoever was told of it did not know of these copies yet.
    const isOutdated =
      task.traits.synchronize &&
      verdict.verdict === "applies" &&
      sources.changedSince(version, verdict.sources);
    if (isOutdated && attempt < maxAttempts) continue;
    const { deleted, held, problem, outcome } = done;
    return { run: { task, event, verdict, created, changed, deleted, held, problem }, outcome };
  }
}

interface CarriedOut extends Pick<TriggerRun, "created" | "changed" | "deleted" | "held" | "problem"> {
  readonly outcome: TriggerOutcome;
}

async function carryOut(
  handling: TriggerHandling,
  task: GenerateTask,
  event: TriggerEvent,
  verdict: TriggerVerdict,
): Promise<CarriedOut> {
  const { world, index } = handling;
  const { objects, unserved } = await prepare(handling, verdict);
  const plan = planDownstreams({
    family: task.kind,
    synchronize: task.traits.synchronize,
    verdict: verdict.verdict,
    isExplicit: event.operation === "DELETE" || event.wantsRemoval,
    desired: objects,
    isComplete: unserved === undefined && verdict.failure === undefined,
    existing: index
      .of(ruleIndexKey(task), event.object.metadata.uid)
      .filter((downstream) => handling.owns(task, downstream)),
    at: (key) => index.at(key),
    isGoneSource: handling.isGoneSource,
  });
  const created: PreparedObject[] = [];
  const changed: PreparedObject[] = [];
  const problems: string[] = [];
  let missing: Missing | undefined = unserved;
  let failure: unknown;
  for (const { desired, how, known } of plan.writes) {
    const absent = absentNamespace(desired, world);
    if (absent !== undefined) {
      missing = absent;
      problems.push(absent.message);
      continue;
    }
    try {
      const isNew =
        how === "apply"
          ? await handling.writer.apply(task, desired, known)
          : await handling.writer.create(task, desired);
      if (isNew) created.push(desired);
      else if (how === "apply") changed.push(desired);
    } catch (error) {
      problems.push(writeProblem(desired, error));
      const waits = missingOf(desired, error);
      if (waits === undefined) failure ??= error;
      else missing = waits;
    }
  }
  const { deleted, held } = await carryOutDeletes(handling, task, plan.deletes);
  const problem = problemOf(verdict, unserved, problems);
  const outcome = outcomeOf({ verdict, missing, failure, held, task, problem });
  return { created, changed, deleted, held, problem, outcome };
}

async function prepare(
  { world, watch }: TriggerHandling,
  { objects }: TriggerVerdict,
): Promise<{ readonly objects: readonly PreparedObject[]; readonly unserved: Missing | undefined }> {
  const prepared: PreparedObject[] = [];
  let unserved: Missing | undefined;
  for (const desired of objects) {
    const { apiVersion, kind } = desired.target;
    const type: ResourceType | undefined = findType(world.types(), apiVersion, kind);
    if (type === undefined) {
      const message = `the API server serves no ${kind} of ${apiVersion}`;
      unserved = { subject: kindSubject(apiVersion, kind), message };
      continue;
    }
    await watch.watch(type);
    prepared.push(prepareObject(type, desired, world.hash));
  }
  return { objects: prepared, unserved };
}

async function carryOutDeletes(
  handling: TriggerHandling,
  task: GenerateTask,
  deletes: readonly { readonly downstream: KnownDownstream; readonly isInferred: boolean }[],
): Promise<Pick<CarriedOut, "deleted" | "held">> {
  const inferred = deletes.filter(({ isInferred }) => isInferred).length;
  let granted = inferred === 0 ? 0 : handling.takeDeletions(task, inferred);
  const held = inferred - granted;
  let deleted = 0;
  for (const { downstream, isInferred } of deletes) {
    if (isInferred && granted === 0) continue;
    if (isInferred) granted -= 1;
    if (await handling.writer.delete(task, downstream)) deleted += 1;
  }
  return { deleted, held };
}

function absentNamespace(
  { type, desired }: PreparedObject,
  { namespaces }: GenerateWorld,
): Missing | undefined {
  const { namespace } = desired.target;
  if (!type.namespaced || namespace === "" || !namespaces.isTerminating(namespace)) return undefined;
  return { subject: namespaceSubject(namespace), message: `the namespace ${namespace} is being deleted` };
}

function missingOf({ type, desired }: PreparedObject, error: unknown): Missing | undefined {
  const { namespace, name } = desired.target;
  if (!type.namespaced || namespace === "") return undefined;
  // A 404 of an apply can only be the namespace, or a kind that has just gone.
  const isAbsent = isNamespaceTerminating(error) || (isNotFound(error) && error.details.name !== name);
  if (!isAbsent) return undefined;
  return { subject: namespaceSubject(namespace), message: `the namespace ${namespace} does not exist` };
}

/** Answers may repeat content that nobody else may read, so that only what cannot hold any is told. */
function writeProblem({ desired }: PreparedObject, error: unknown): string {
  const { kind, namespace, name } = desired.target;
  const place = `${kind} ${namespace === "" ? name : `${namespace}/${name}`}`;
  if (error instanceof TargetRefused || error instanceof TargetHeldBack) {
    return `${place} cannot be written: ${error.message}`;
  }
  if (!(error instanceof ApiError)) {
    return `${place} cannot be written: ${error instanceof Error ? error.message : "unknown failure"}`;
  }
  const isSecret = kind === "Secret";
  return `${place} cannot be written: ${isSecret ? `${error.status} ${error.reason}` : error.message}`;
}

function problemOf(
  { response, failure }: TriggerVerdict,
  unserved: Missing | undefined,
  problems: readonly string[],
): string | undefined {
  const own = response?.status === "error" ? response.message : undefined;
  const all = [own, failure, unserved?.message, ...problems].filter((text) => text !== undefined);
  return all.length === 0 ? undefined : all.join("; ");
}

function outcomeOf(facts: {
  readonly verdict: TriggerVerdict;
  readonly missing: Missing | undefined;
  readonly failure: unknown;
  readonly held: number;
  readonly task: GenerateTask;
  readonly problem: string | undefined;
}): TriggerOutcome {
  const { verdict, missing, failure, held, task, problem = "" } = facts;
  if (failure !== undefined) {
    // What is refused for good is looked at again only now and then: a policy or a setting has to change.
    if (failure instanceof TargetRefused) return { kind: "retry", message: problem, atLeastMs: refusedMs };
    if (isConflict(failure)) return { kind: "retry", message: problem };
    return { kind: "retry", message: problem, ...(isInvalid(failure) ? { atLeastMs: invalidMs } : {}) };
  }
  if (missing !== undefined) return { kind: "waits", ...missing };
  if (held > 0) {
    const message = `${held} deletions are held until they are confirmed`;
    return { kind: "waits", subject: confirmationSubject(task.owner.key), message };
  }
  if (verdict.verdict === "failed") return { kind: "retry", message: problem };
  return { kind: "done", applied: verdict.verdict === "applies" };
}

const refusedMs = 300_000;
const invalidMs = 10_000;

function isInvalid(error: unknown): boolean {
  return error instanceof ApiError && (error.status === 400 || error.status === 422);
}
