import { decodeMeta } from "#api/meta/object-meta.ts";
import type { KubeObject, ObjectMeta } from "#api/meta/object-meta.ts";
import { splitApiVersion } from "#api/meta/resource-type.ts";
import { ownsUid } from "#api/meta/uid-range.ts";
import type { UidRange } from "#api/meta/uid-range.ts";
import { policyReportResultsSchema } from "#api/reports/policy-report.ts";
import type { PolicyReportResult } from "#api/reports/policy-report.ts";
import { decode } from "#api/schema/decode.ts";
import { isRecord } from "#api/schema/path.ts";
import { createBackoff } from "#controllers/runtime/backoff.ts";
import type { Clock } from "#controllers/runtime/clock.ts";
import { done, runReconcileLoop } from "#controllers/runtime/reconcile-loop.ts";
import type { Outcome } from "#controllers/runtime/reconcile-loop.ts";
import { createWorkQueue } from "#controllers/runtime/work-queue.ts";
import type { SourceHandlers } from "#kube/list-watch/source.ts";
import { ownerOfEphemeral } from "#reports/ephemeral-owner.ts";
import type { NamedResource } from "#reports/ephemeral-owner.ts";
import type { ReportOwner } from "#reports/owner.ts";
import { isManaged } from "#reports/stored-report.ts";
import type { Logger } from "#telemetry/logger.ts";
import type { ResultIntake } from "./create-report-keeper.ts";
import type { EphemeralStore } from "./ephemeral-store.ts";
import type { ReportPlace } from "./report-store.ts";
import type { IsAlive } from "./report-writer.ts";

export interface EphemeralIntakeDeps {
  readonly store: EphemeralStore;
  readonly reports: ResultIntake;
  readonly isAlive: IsAlive;
  readonly uidRange: UidRange;
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: Logger;
  readonly signal: AbortSignal;
  /** How many are worked on at a time; the rest waits at the API server. */
  readonly maxInWork?: number;
  readonly onOutcome?: (outcome: "merged" | "discarded") => void;
}

/** Takes in what others tell about objects: EphemeralReports of an admission or background controller. */
export interface EphemeralIntake {
  start(): void;
  /** Resolves when nothing is being worked on; those that wait for their object do not count. */
  idle(): Promise<void>;
  stop(): Promise<void>;
}

/** An admission request is told of before its object is stored; so long it may take to appear. */
const ownerlessGraceMs = 120_000;
const ownerlessRetryMs = 10_000;
const defaultMaxInWork = 64;

/**
 * Merges each EphemeralReport into the report of its object and deletes it when that is written. A report that cannot be
 * merged now stays at the API server and is read again later; only its key is kept here.
 */
export function createEphemeralIntake(deps: EphemeralIntakeDeps): EphemeralIntake {
  const { store, clock, log } = deps;
  const maxInWork = deps.maxInWork ?? defaultMaxInWork;
  const backoff = createBackoff<string>({ baseMs: 500, random: deps.random });
  const retries = createWorkQueue<string>({ clock, backoff });
  const stopping = new AbortController();
  const signal = AbortSignal.any([stopping.signal, deps.signal]);
  const inWork = new Map<string, Promise<void>>();
  let loop: Promise<void> = Promise.resolve();
  let sources: readonly { stop(): Promise<void> }[] = [];

  const discard = async (meta: ObjectMeta, outcome: "merged" | "discarded"): Promise<Outcome> => {
    const { uid, resourceVersion } = meta;
    // A conflict is a newer version of it: that one's event follows.
    const removed = await store.remove(placeOf(meta), { uid, resourceVersion });
    if (removed === "removed") deps.onOutcome?.(outcome);
    return done;
  };

  const findOwner = async (meta: ObjectMeta, resource: NamedResource): Promise<ReportOwner | Outcome> => {
    const lookup = await store.findOwner(resource);
    switch (lookup.kind) {
      case "found":
        return lookup.owner;
      case "forbidden":
        return discard(meta, "discarded");
      case "missing":
        return isOld(meta, clock.now())
          ? discard(meta, "discarded")
          : { kind: "requeueAfter", delayMs: ownerlessRetryMs };
      default:
        return lookup satisfies never;
    }
  };

  const merge = async (
    meta: ObjectMeta,
    owner: ReportOwner,
    results: readonly PolicyReportResult[],
  ): Promise<Outcome> => {
    if (!ownsUid(deps.uidRange, owner.uid)) return done;
    const family = { group: splitApiVersion(owner.apiVersion).group, kind: owner.kind };
    if (results.length === 0 || deps.isAlive(family, owner.uid) === "gone") return discard(meta, "discarded");
    await deps.reports.mergeEvents(owner, results);
    return discard(meta, "merged");
  };

  const handle = async (object: KubeObject): Promise<Outcome> => {
    const meta = decodeMeta(object);
    if (meta === undefined || !isManaged(meta)) return done;
    const results = resultsOf(object);
    if (results === undefined) {
      log.warn("an EphemeralReport cannot be read and is left alone", { ...placeOf(meta) });
      return done;
    }
    const about = ownerOfEphemeral(meta);
    if (about.kind === "known") return merge(meta, about.owner, results);
    // Without the object's uid, one shard is as good as another.
    if (!ownsUid(deps.uidRange, meta.uid)) return done;
    if (about.kind === "nobody") {
      return isOld(meta, clock.now()) ? discard(meta, "discarded") : waitForOwner(meta);
    }
    const owner = await findOwner(meta, about.resource);
    if (!("uid" in owner)) return owner;
    if (ownsUid(deps.uidRange, owner.uid)) return merge(meta, owner, results);
    // Another shard writes that object's report; it takes what names its owner.
    await store.adopt(placeOf(meta), owner);
    return done;
  };

  const waitForOwner = (meta: ObjectMeta): Outcome => {
    const ageMs = clock.now() - Date.parse(meta.creationTimestamp ?? "");
    return { kind: "requeueAfter", delayMs: Math.max(ownerlessRetryMs, ownerlessGraceMs - ageMs) };
  };

  const work = async (key: string, object: KubeObject): Promise<void> => {
    try {
      const outcome = await handle(object);
      if (outcome.kind === "requeueAfter") retries.add(key, { afterMs: outcome.delayMs });
    } catch (error) {
      if (signal.aborted) return;
      log.debug("an EphemeralReport cannot be merged now, trying again", { key, error });
      retries.addRateLimited(key);
    } finally {
      inWork.delete(key);
    }
  };

  /** Begins work on an object; waits only while there is enough of it. */
  const take = async (object: KubeObject): Promise<void> => {
    while (inWork.size >= maxInWork && !signal.aborted) await Promise.race(inWork.values());
    const meta = decodeMeta(object);
    if (meta === undefined || signal.aborted) return;
    const key = keyOf(placeOf(meta));
    // A newer version of what is in work is read again when that is done.
    if (inWork.has(key)) retries.add(key, { afterMs: ownerlessRetryMs });
    else inWork.set(key, work(key, object));
  };

  const handlers: SourceHandlers = {
    onListStart() {},
    async onPage(objects, page) {
      for (const object of objects) if (!page.superseded(object.metadata.uid)) await take(object);
    },
    async onEvent(type, object) {
      if (type !== "DELETED") await take(object);
      else retries.remove(keyOf(placeOf(object.metadata)));
    },
    onSynced: () => Promise.resolve(),
    onState(state) {
      if (state.kind === "degraded") log.warn("EphemeralReports are not read now", { reason: state.reason });
    },
  };

  const retry = async (key: string): Promise<Outcome> => {
    if (inWork.has(key)) return { kind: "requeueAfter", delayMs: ownerlessRetryMs };
    const object = await store.get(placeOfKey(key));
    return object === undefined ? done : handle(object);
  };

  return {
    start() {
      sources = [true, false].map((namespaced) => store.watch(namespaced, handlers));
      loop = runReconcileLoop({ queue: retries, reconcile: retry, workers: 2, clock, log, signal });
    },
    async idle() {
      while (inWork.size > 0) await Promise.all(inWork.values());
    },
    async stop() {
      stopping.abort();
      retries.shutDown();
      await Promise.all(sources.map((source) => source.stop()));
      await loop;
      await Promise.all(inWork.values());
    },
  };
}

function resultsOf({ spec }: KubeObject): readonly PolicyReportResult[] | undefined {
  const results = isRecord(spec) ? (spec["results"] ?? []) : undefined;
  const decoded = decode(policyReportResultsSchema, results);
  return decoded.ok ? decoded.value : undefined;
}

function isOld({ creationTimestamp }: ObjectMeta, nowMs: number): boolean {
  const createdMs = Date.parse(creationTimestamp ?? "");
  return !(nowMs - createdMs < ownerlessGraceMs);
}

function placeOf({ namespace, name }: { readonly namespace?: unknown; readonly name: string }): ReportPlace {
  return typeof namespace === "string" && namespace !== "" ? { namespace, name } : { name };
}

function keyOf({ namespace, name }: ReportPlace): string {
  return `${namespace ?? ""}/${name}`;
}

function placeOfKey(key: string): ReportPlace {
  const slash = key.indexOf("/");
  const name = key.slice(slash + 1);
  return slash === 0 ? { name } : { namespace: key.slice(0, slash), name };
}
