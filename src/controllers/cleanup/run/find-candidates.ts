import { decodeMeta } from "#api/meta/object-meta.ts";
import type { KubeObject, ObjectMeta } from "#api/meta/object-meta.ts";
import { resourceTypeKey } from "#api/meta/resource-type.ts";
import type { ResourceType } from "#api/meta/resource-type.ts";
import { isTransient } from "#kube/client/api-error.ts";
import { fetchPages } from "#kube/list-watch/fetch-pages.ts";
import type { CleanupTask } from "#engine/cleanup/task/cleanup-task.ts";
import { plannedObject, staysBecause } from "#engine/cleanup/task/selected-object.ts";
import type { NamespaceFacts, RunContext, RunWorld } from "../ports.ts";
import type { Candidate } from "./candidate.ts";
import { markKeyOf, readMark } from "./grace-mark.ts";
import { judgeObject } from "./judge-object.ts";
import { readNamespaces } from "./read-namespaces.ts";
import { countSkipped, noteProblem } from "./run-tally.ts";
import type { RunTally } from "./run-tally.ts";

/** What the first pass found. Nothing was changed yet. */
export interface Found {
  /** By uid: what the policy selects and nothing protects. */
  readonly candidates: ReadonlyMap<string, Candidate>;
  /** Marked by this policy before, and not selected any more. */
  readonly unmark: readonly Candidate[];
}

/** One run under way. */
export interface Run {
  readonly task: CleanupTask;
  readonly world: RunWorld;
  readonly context: RunContext;
  /** Those that existed when the run began, and those that were asked for since: undefined where there is no answer. */
  readonly namespaces: Map<string, NamespaceFacts | undefined>;
  readonly tally: RunTally;
  readonly signal: AbortSignal;
}

/** Judgements between two looks at the event loop. */
const sliceSize = 200;

/**
 * The first pass: every object of the types is listed, page by page, and judged. A kind that cannot be listed is a
 * problem of its own; a failure that passes by itself rejects, so that the run is repeated.
 */
export async function findCandidates(run: Run, types: readonly ResourceType[]): Promise<Found> {
  const candidates = new Map<string, Candidate>();
  const unmark: Candidate[] = [];
  const markKey = markKeyOf(run.task.key);
  for (const type of types) {
    try {
      await eachObject(run, type, async (object, meta) => {
        const found = await classify(run, markKey, type, object, meta);
        if (found?.kind === "candidate") candidates.set(meta.uid, found.candidate);
        else if (found?.kind === "unmark") unmark.push(found.candidate);
      });
    } catch (error) {
      if (run.signal.aborted || isTransient(error)) throw error;
      run.tally.failed += 1;
      noteProblem(run.tally, `${resourceTypeKey(type)} cannot be listed: ${messageOf(error)}`);
    }
  }
  return { candidates, unmark };
}

/** Hands every object of a type to `handle`, in pages, and lets other work in between. */
export async function eachObject(
  run: Pick<Run, "task" | "world" | "signal">,
  type: ResourceType,
  handle: (object: KubeObject, meta: ObjectMeta) => Promise<void>,
): Promise<void> {
  const { task, world, signal } = run;
  const { namespace } = task;
  await fetchPages(
    world.client,
    { type, ...(namespace === undefined ? {} : { namespace }) },
    async (objects) => {
      for (const [index, object] of objects.entries()) {
        signal.throwIfAborted();
        const meta = decodeMeta(object);
        if (meta !== undefined) await handle(object, meta);
        if (index % sliceSize === sliceSize - 1) await new Promise((resolve) => setImmediate(resolve));
      }
    },
    { pageSize: world.pageSize, signal },
  );
}

type Class = { readonly kind: "candidate" | "unmark"; readonly candidate: Candidate };

async function classify(
  run: Run,
  markKey: string,
  type: ResourceType,
  object: KubeObject,
  meta: ObjectMeta,
): Promise<Class | undefined> {
  const { task, world, tally } = run;
  tally.scanned += 1;
  if (world.isFiltered({ type, namespace: meta.namespace ?? "", name: meta.name })) return undefined;
  const verdict = await verdictOn(run, type, object, meta);
  if (verdict !== "selected" && verdict !== "kept") return undefined;
  const markDueMs = readMark(meta.annotations, markKey);
  if (verdict === "kept" && markDueMs === undefined) return undefined;
  const { name, resourceVersion } = meta;
  const marked = markDueMs === undefined ? {} : { markDueMs };
  const candidate = { ...plannedObject(task, type, meta), type, name, resourceVersion, ...marked };
  return { kind: verdict === "selected" ? "candidate" : "unmark", candidate };
}

/** Whether an object is to go, as far as it alone can tell; counts why it is not. */
export async function verdictOn(
  run: Run,
  type: ResourceType,
  object: KubeObject,
  meta: ObjectMeta,
): Promise<"selected" | "kept" | "skipped" | "failed"> {
  const { task, world, tally, namespaces, context } = run;
  const namespace = meta.namespace ?? "";
  if (!namespaces.has(namespace) && namespace !== "") await readLateNamespace(run, namespace);
  const facts = namespaces.get(namespace);
  // Its labels and its marker decide, too: without them nothing may go.
  if (facts === undefined && namespace !== "") {
    tally.failed += 1;
    noteProblem(tally, `the labels of namespace ${namespace} cannot be read, and nothing in it is deleted`);
    return "failed";
  }
  const verdict = await judgeObject(task, { type, object, namespace }, facts, world, context);
  if (verdict.kind === "kept") return "kept";
  if (verdict.kind === "failed") {
    tally.failed += 1;
    noteProblem(tally, `${type.kind}/${namespace}/${meta.name}: ${verdict.message}`);
    return "failed";
  }
  const stays = staysBecause(task, type, meta, {
    ownNamespace: world.ownNamespace,
    nowMs: world.now(),
    namespaceMetadata: facts,
  });
  if (stays === undefined) return "selected";
  countSkipped(tally, stays.kind);
  return "skipped";
}

/** One that came while the run went on. */
async function readLateNamespace({ world, namespaces, signal }: Run, name: string): Promise<void> {
  const read = await readNamespaces(world.client, name, { pageSize: world.pageSize, signal });
  namespaces.set(name, read.get(name));
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
