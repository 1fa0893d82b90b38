import { decodeUpdateRequest } from "#api/kyverno/update-request.ts";
import type { UpdateRequest } from "#api/kyverno/update-request.ts";
import type { KubeObject } from "#api/meta/object-meta.ts";
import type { ResourceType } from "#api/meta/resource-type.ts";
import { createBackoff } from "#controllers/runtime/backoff.ts";
import type { Clock } from "#controllers/runtime/clock.ts";
import { done, runReconcileLoop } from "#controllers/runtime/reconcile-loop.ts";
import type { Outcome } from "#controllers/runtime/reconcile-loop.ts";
import { createWorkQueue } from "#controllers/runtime/work-queue.ts";
import { isConflict, isNotFound } from "#kube/client/api-error.ts";
import type { KubeClient } from "#kube/client/kube-client.ts";
import type { Selection, Source, SourceHandlers } from "#kube/list-watch/source.ts";
import type { Logger } from "#telemetry/logger.ts";
import { carryOut } from "./carry-out.ts";
import { planRequest } from "./plan-request.ts";
import type { RequestKind } from "./plan-request.ts";
import { planStatus, planStep } from "./plan-transition.ts";
import type { RequestOutcome, RequestStatus } from "./plan-transition.ts";
import type { RequestWorker } from "./ports.ts";

export interface RequestIntakeDeps {
  readonly client: Pick<KubeClient, "get" | "patch" | "delete">;
  readonly openSource: (selection: Selection, handlers: SourceHandlers) => Source;
  readonly types: () => readonly ResourceType[];
  /** Where requests are written: Kyverno's namespace. */
  readonly namespace: string;
  readonly workers: Readonly<Partial<Record<RequestKind, RequestWorker>>>;
  /** Requests that are carried out at once. */
  readonly concurrency: number;
  readonly onOutcome: (kind: string, outcome: "completed" | "failed" | "given-up") => void;
  /** A request is given up: nobody will do what it asks for. */
  readonly onGivenUp: (request: KubeObject, message: string) => void;
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: Logger;
  readonly signal: AbortSignal;
}

/** The UpdateRequests of others on their way to those who carry them out. */
export interface RequestIntake {
  /** Discovery changed: the kind may have come. */
  typesChanged(): void;
  readings(): { readonly waiting: number; readonly inWork: number };
  stop(): Promise<void>;
}

/** How soon a request is looked at again whose worker does not know all policies yet. */
const notReadyMs = 500;
const maxRemembered = 10_000;

/**
 * Carries out requests and closes them: pending, then completed and deleted, or failed and pending again after a pause, at
 * most five times. Of a request that waits only its name is kept; it is read when its turn comes.
 */
export function createRequestIntake(deps: RequestIntakeDeps): RequestIntake {
  const { client, clock, log, namespace } = deps;
  const ending = new AbortController();
  const signal = AbortSignal.any([deps.signal, ending.signal]);
  const queue = createWorkQueue<string>({
    clock,
    backoff: createBackoff({ baseMs: 100, random: deps.random }),
  });
  /** When requests failed last, by uid. */
  const failedAtMs = new Map<string, number>();
  let source: Source | undefined;

  const typeOf = (): ResourceType | undefined =>
    deps
      .types()
      .find(({ group, kind, preferred }) => group === "kyverno.io" && kind === "UpdateRequest" && preferred);

  const add = (object: KubeObject): Promise<void> => {
    if (object.metadata["deletionTimestamp"] === undefined) queue.add(object.metadata.name);
    return Promise.resolve();
  };

  const handlers: SourceHandlers = {
    onListStart: () => {},
    onPage: async (objects) => {
      for (const object of objects) await add(object);
    },
    onEvent: (type, object) => {
      if (type !== "DELETED") return add(object);
      queue.remove(object.metadata.name);
      failedAtMs.delete(object.metadata.uid);
      return Promise.resolve();
    },
    onSynced: () => Promise.resolve(),
    onState: () => {},
  };

  const open = (): void => {
    const type = typeOf();
    if (type === undefined || source !== undefined || signal.aborted) return;
    source = deps.openSource({ type, namespace, metadataOnly: true }, handlers);
  };

  const writeStatus = async (type: ResourceType, object: KubeObject, status: object): Promise<KubeObject> =>
    client.patch(
      type,
      { namespace, name: object.metadata.name },
      { metadata: { resourceVersion: object.metadata.resourceVersion }, status },
      { kind: "merge", subresource: "status", fieldManager: "rearguard-requests", signal },
    );

  const remove = async (type: ResourceType, { metadata }: KubeObject): Promise<void> => {
    failedAtMs.delete(metadata.uid);
    try {
      await client.delete(type, { namespace, name: metadata.name }, { uid: metadata.uid, signal });
    } catch (error) {
      if (!isNotFound(error) && !isConflict(error)) throw error;
    }
  };

  const rememberFailure = (uid: string): void => {
    failedAtMs.delete(uid);
    failedAtMs.set(uid, clock.monotonicMs());
    if (failedAtMs.size <= maxRemembered) return;
    const oldest = failedAtMs.keys().next();
    if (oldest.done !== true) failedAtMs.delete(oldest.value);
  };

  const close = async (
    type: ResourceType,
    object: KubeObject,
    before: RequestStatus,
    outcome: RequestOutcome,
  ): Promise<Outcome> => {
    const { status, isLast } = planStatus(before, outcome);
    const stored = await writeStatus(type, object, status);
    const kind = requestTypeOf(object);
    if (outcome.kind === "failed") {
      rememberFailure(object.metadata.uid);
      deps.onOutcome(kind, isLast ? "given-up" : "failed");
      if (!isLast) return done;
      log.warn("a request is given up", { request: object.metadata.name, reason: outcome.message });
      deps.onGivenUp(object, outcome.message);
    } else deps.onOutcome(kind, "completed");
    await remove(type, stored);
    return done;
  };

  const runRequest = async (
    type: ResourceType,
    object: KubeObject,
    before: RequestStatus,
  ): Promise<Outcome> => {
    const decoded = decodeUpdateRequest(object);
    if (!decoded.ok) {
      const message = decoded.problems.map((problem) => `${problem.path}: ${problem.message}`).join("; ");
      return close(type, object, before, {
        kind: "failed",
        message: `the request cannot be read: ${message}`,
      });
    }
    const planned = planRequest(decoded.value);
    if (planned.kind === "unusable") {
      return close(type, object, before, { kind: "failed", message: planned.message });
    }
    const worker = deps.workers[planned.kind];
    // Whoever does that work is not here.
    if (worker === undefined) return done;
    if (!worker.isReady()) return { kind: "requeueAfter", delayMs: notReadyMs };
    return close(type, object, before, await outcomeOf(planned, worker));
  };

  const outcomeOf = async (
    planned: Parameters<typeof carryOut>[0],
    worker: RequestWorker,
  ): Promise<RequestOutcome> => {
    try {
      return await carryOut(planned, worker);
    } catch (error) {
      if (signal.aborted) throw error;
      return { kind: "failed", message: error instanceof Error ? error.message : String(error) };
    }
  };

  const reconcile = async (name: string): Promise<Outcome> => {
    const type = typeOf();
    if (type === undefined) return done;
    let object: KubeObject;
    try {
      object = await client.get(type, { namespace, name }, { signal });
    } catch (error) {
      if (isNotFound(error)) return done;
      throw error;
    }
    if (object.metadata["deletionTimestamp"] !== undefined) return done;
    const status = statusOf(object);
    const failedMs = failedAtMs.get(object.metadata.uid);
    const step = planStep(status, {
      ageMs: clock.now() - createdMs(object),
      sinceFailureMs: failedMs === undefined ? undefined : clock.monotonicMs() - failedMs,
    });
    switch (step.kind) {
      case "wait":
        return { kind: "requeueAfter", delayMs: step.delayMs };
      case "run":
        return runRequest(type, object, status);
      case "rearm":
        if (failedMs === undefined) rememberFailure(object.metadata.uid);
        if (step.delayMs > 0) return { kind: "requeueAfter", delayMs: step.delayMs };
        // The event of this write brings it back.
        await writeStatus(type, object, { state: "Pending" });
        return done;
      case "delete":
        await remove(type, object);
        return done;
      case "leave":
        return done;
      default:
        return step satisfies never;
    }
  };

  const loop = runReconcileLoop({
    queue,
    reconcile,
    workers: deps.concurrency,
    clock,
    log,
    signal,
  });
  open();

  return {
    typesChanged: open,
    readings: () => {
      const { ready, delayed, inWork } = queue.readings();
      return { waiting: ready + delayed, inWork };
    },
    async stop() {
      ending.abort();
      queue.shutDown();
      await source?.stop();
      await loop;
    },
  };
}

function statusOf(object: KubeObject): RequestStatus {
  const { state, retryCount } = (object["status"] ?? {}) as NonNullable<UpdateRequest["status"]>;
  return {
    state: typeof state === "string" ? state : "",
    retryCount: typeof retryCount === "number" && retryCount > 0 ? Math.trunc(retryCount) : 0,
  };
}

function createdMs({ metadata }: KubeObject): number {
  const { creationTimestamp } = metadata;
  const parsed = typeof creationTimestamp === "string" ? Date.parse(creationTimestamp) : Number.NaN;
  return Number.isNaN(parsed) ? 0 : parsed;
}

function requestTypeOf(object: KubeObject): string {
  const { requestType } = (object["spec"] ?? {}) as { readonly requestType?: unknown };
  return typeof requestType === "string" ? requestType : "";
}
