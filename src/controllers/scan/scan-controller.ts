import PQueue from "p-queue";
import type { KubeObject } from "#api/meta/object-meta.ts";
import type { ResourceType } from "#api/meta/resource-type.ts";
import { createBackoff } from "#controllers/runtime/backoff.ts";
import type { Clock, Timer } from "#controllers/runtime/clock.ts";
import { createSlicer } from "#controllers/runtime/slice.ts";
import type { WorkQueue } from "#controllers/runtime/work-queue.ts";
import { isNotFound } from "#kube/client/api-error.ts";
import type { KubeClient } from "#kube/client/kube-client.ts";
import type { Source, SourceHandlers, Selection } from "#kube/list-watch/source.ts";
import type { KindFamily, PolicyFacts } from "#reports/policy-facts.ts";
import { createContextEpoch } from "./context-epoch.ts";
import type { ContextEpoch, LoadContext } from "./context-epoch.ts";
import type { Judge, Judgement } from "./judge.ts";
import { planKinds, planPasses } from "./kind-plan.ts";
import type { KindPlan } from "./kind-plan.ts";
import { createKindRegistry } from "./kind-registry.ts";
import type { KindRegistry, WatchedKind } from "./kind-registry.ts";
import { KindScan } from "./kind-scan.ts";
import { createNamespaceLabels } from "./namespace-labels.ts";
import type { PassRequest } from "./pass-request.ts";
import { createPassRunner } from "./pass-runner.ts";
import type { ListPages } from "./pass-runner.ts";
import { createPolicyFacts } from "./policy-facts.ts";
import { createPolicyWatch, policyKinds } from "./policy-watch.ts";
import type { PolicyChange, PolicyWatch, UnreadablePolicy } from "./policy-watch.ts";
import type { ReportPort, ScanObserver } from "./ports.ts";
import { createRejudge } from "./rejudge.ts";
import type { Rejudge } from "./rejudge.ts";
import { createVerdictWriter } from "./verdict-writer.ts";
import type { Candidate, VerdictWriterOptions } from "./verdict-writer.ts";

export interface ScanDeps {
  readonly client: Pick<KubeClient, "get">;
  /** Objects to judge; those of other shards do not come. */
  readonly openSource: (selection: Selection, handlers: SourceHandlers) => Source;
  /** What everybody reads whole: policies and Namespaces. */
  readonly openShared: (selection: Selection, handlers: SourceHandlers) => Source;
  readonly listPages: ListPages;
  /** What the API server serves now. */
  readonly types: () => readonly ResourceType[];
  /** Made by the caller, because reports and scan know each other through ports only. */
  readonly reports: ReportPort;
  readonly observer: ScanObserver;
  readonly judge: Judge;
  readonly seenHash: (object: KubeObject, withStatus: boolean) => string;
  readonly loadContext: LoadContext;
  readonly allowedResults: VerdictWriterOptions["allowedResults"];
  readonly rejudgeQueue: WorkQueue<string>;
  readonly clock: Clock;
  readonly random: () => number;
  /** Told when policies, kinds or their states changed: for status, metrics and readiness. */
  readonly onChanged: () => void;
  readonly onUnreadable: (policy: UnreadablePolicy) => void;
  readonly signal: AbortSignal;
}

/** Judges what runs, on every change and on a schedule. */
export interface ScanController {
  /** Resolves when policies, namespaces and reports are known and the kinds have begun to be listed. */
  start(): Promise<void>;
  readonly policies: PolicyWatch;
  readonly namespaceCount: () => number;
  readonly kinds: ReadonlyMap<string, WatchedKind>;
  /** Kinds that policies name and nothing serves, by policy. */
  readonly unserved: () => ReadonlyMap<string, readonly string[]>;
  readonly facts: PolicyFacts;
  readonly rejudge: Rejudge;
  /** Whether an object lives, as far as its kind is known to the end. */
  isAlive(family: KindFamily, uid: string): "alive" | "gone" | "unknown";
  /** Discovery changed: kinds may have come or gone. */
  typesChanged(): void;
  requestEverywhere(request: PassRequest): void;
  stop(): Promise<void>;
}

/** Edits of policies that come together are planned together. */
const settleMs = 50;
/** How long answers from outside are shared by watch events. */
const eventEpochMs = 2_000;
const maxContextEntries = 5_000;
const sliceMs = 20;
const concurrentPasses = 2;

/** True where results of others may speak of a policy or rule that is gone, or that left the reports. */
function lostSomething({ before, after }: PolicyChange): boolean {
  if (before === undefined) return false;
  if (after === undefined || (after.compiled.disabledForReports && !before.compiled.disabledForReports))
    return true;
  const left = new Set(after.compiled.ruleNames);
  return before.compiled.ruleNames.some((name) => !left.has(name));
}

export function createScanController(deps: ScanDeps): ScanController {
  const { clock, signal, reports, observer } = deps;
  const sources: Source[] = [];
  let plans: ReadonlyMap<string, KindPlan> = new Map();
  let unserved: ReadonlyMap<string, readonly string[]> = new Map();
  let changes: PolicyChange[] = [];
  let settle: Timer | undefined;
  /** Changes count from the first plan on; what came before is in it. */
  let planned = false;
  let started = false;
  let reconciling: Promise<void> = Promise.resolve();
  const policiesSynced = Promise.withResolvers<void>();
  const opened = new Set<string>();

  const newEpoch = (): ContextEpoch => createContextEpoch(deps.loadContext, maxContextEntries);
  let events = { epoch: newEpoch(), sinceMs: clock.monotonicMs() };
  const eventEpoch = (): ContextEpoch => {
    if (clock.monotonicMs() - events.sinceMs > eventEpochMs) {
      events = { epoch: newEpoch(), sinceMs: clock.monotonicMs() };
    }
    return events.epoch;
  };

  const slice = createSlicer({
    sliceMs,
    monotonicMs: () => clock.monotonicMs(),
    onSlice: (ms) => observer.sliceCut(ms),
  });
  const backoff = createBackoff<string>({ baseMs: 500, maxMs: 60_000, random: deps.random });
  const passQueue = new PQueue({ concurrency: concurrentPasses });

  const otherVersions = (
    candidate: Candidate,
    epoch: ContextEpoch,
  ): Promise<readonly Judgement[]> | undefined => {
    const siblings = registry.siblingsOf(candidate.type);
    return siblings.length === 0 ? undefined : judgeSiblings(siblings, candidate, epoch);
  };
  const judgeSiblings = async (
    siblings: readonly KindScan[],
    candidate: Candidate,
    epoch: ContextEpoch,
  ): Promise<readonly Judgement[]> => {
    const judged = await Promise.all(
      siblings.map(async (scan) => {
        const object = await readObject(
          scan.type,
          candidate.object.metadata.name,
          candidate.subject.namespace,
        );
        if (object?.metadata.uid !== candidate.object.metadata.uid) return [];
        return writer.judgeOnly(await scan.candidate(object, candidate.superseded, false), epoch);
      }),
    );
    return judged.flat();
  };
  const readObject = async (
    type: ResourceType,
    name: string,
    namespace: string,
  ): Promise<KubeObject | undefined> => {
    try {
      return await deps.client.get(type, namespace === "" ? { name } : { name, namespace }, { signal });
    } catch (error) {
      if (isNotFound(error)) return undefined;
      throw error;
    }
  };

  const writer = createVerdictWriter({
    judge: deps.judge,
    reports,
    observer,
    now: () => clock.now(),
    allowedResults: deps.allowedResults,
    otherVersions,
  });

  const namespaces = createNamespaceLabels({
    read: async (name) => {
      const type = deps.types().find(({ group, kind }) => group === "" && kind === "Namespace");
      return type === undefined ? undefined : readObject(type, name, "");
    },
    onChange: (namespace) => {
      for (const { scan, passes } of registry.kinds.values()) {
        if (!scan.type.namespaced) continue;
        const concerned = [...scan.policies.values()].filter(({ compiled }) => compiled.usesNamespaceLabels);
        if (concerned.length === 0) continue;
        passes.request({
          policies: new Set(concerned.map(({ key }) => key)),
          namespaces: new Set([namespace]),
          reason: "namespace labels",
        });
      }
    },
  });

  const createKind = (plan: KindPlan): WatchedKind => {
    const scan = new KindScan(plan.type, plan.policies, {
      openSource: (type, handlers) => deps.openSource({ type }, handlers),
      writer,
      seenHash: deps.seenHash,
      namespaceLabels: (namespace) => namespaces.of(namespace),
      eventEpoch,
      newEpoch,
      slice,
      rejudge: (uid, error) => {
        if (signal.aborted) return;
        observer.passFailed(plan.type, error);
        rejudge.afterFailure(uid);
      },
      ownerGone: (uid) => {
        if (registry.scansOf(uid).length === 0) reports.ownerGone(uid);
      },
      onSynced: (synced) => registry.synced(synced),
      onState: (changed, state) => {
        observer.kindState(changed.type, state);
        deps.onChanged();
      },
    });
    const passes = createPassRunner(scan, {
      listPages: deps.listPages,
      newEpoch,
      clock,
      observer,
      queue: passQueue,
      retryDelayMs: (failures) =>
        Math.min(60_000, 500 * 2 ** Math.min(failures, 10)) * (1 - deps.random() / 2),
      signal,
    });
    return { scan, passes };
  };

  const registry: KindRegistry = createKindRegistry({ create: createKind, reports, observer });
  const rejudge = createRejudge({
    queue: deps.rejudgeQueue,
    client: deps.client,
    scansOf: (uid) => registry.scansOf(uid),
  });

  const reconcile = async (): Promise<void> => {
    const taken = changes;
    changes = [];
    const before = plans;
    ({ kinds: plans, unserved } = planKinds(watch.policies, deps.types()));
    const passes = planPasses(taken, before, plans);
    await registry.reconcile(plans);
    registry.request(passes, "policy");
    if (taken.some(lostSomething)) reports.policiesWent();
    deps.onChanged();
  };

  const plan = (): void => {
    if (!started || settle !== undefined || signal.aborted) return;
    settle = clock.setTimer(settleMs, () => {
      settle = undefined;
      reconciling = reconciling.then(reconcile).catch((error: unknown) => {
        observer.planFailed(error);
        clock.setTimer(backoff.next("plan"), plan, { background: true });
      });
    });
  };

  const watch = createPolicyWatch({
    onChange: (change) => {
      if (!planned) return;
      changes.push(change);
      plan();
    },
    onUnreadable: deps.onUnreadable,
    onSynced: () => {
      if (watch.synced()) policiesSynced.resolve();
    },
    onState: () => deps.onChanged(),
  });

  const openPolicySources = (): void => {
    for (const row of policyKinds) {
      const type = deps
        .types()
        .find(({ group, kind, preferred }) => group === row.group && kind === row.kind && preferred);
      if (type === undefined || opened.has(row.kind)) continue;
      opened.add(row.kind);
      sources.push(deps.openShared({ type }, watch.handlersOf(row)));
    }
  };

  const openNamespaces = async (): Promise<void> => {
    const type = deps.types().find(({ group, kind }) => group === "" && kind === "Namespace");
    if (type === undefined) throw new Error("the API server does not serve Namespaces");
    const { promise, resolve } = Promise.withResolvers<void>();
    const handlers: SourceHandlers = {
      ...namespaces.handlers,
      onSynced: async (epoch) => {
        await namespaces.handlers.onSynced(epoch);
        resolve();
      },
    };
    sources.push(deps.openShared({ type, metadataOnly: true }, handlers));
    await promise;
  };

  return {
    policies: watch,
    namespaceCount: () => namespaces.size,
    kinds: registry.kinds,
    unserved: () => unserved,
    facts: createPolicyFacts(watch, () => plans),
    rejudge,
    async start() {
      openPolicySources();
      // Without the CRDs there is nothing to judge by, and nothing to wait for: they may come later.
      if (opened.size > 0) await policiesSynced.promise;
      await openNamespaces();
      planned = true;
      ({ kinds: plans, unserved } = planKinds(watch.policies, deps.types()));
      await reports.start();
      await registry.reconcile(plans);
      started = true;
      plan();
    },
    isAlive(family, uid) {
      if (registry.scansOf(uid).length > 0) return "alive";
      return registry.isFamilySynced(family) ? "gone" : "unknown";
    },
    typesChanged() {
      openPolicySources();
      plan();
    },
    requestEverywhere: (request) => registry.requestEverywhere(request),
    async stop() {
      settle?.cancel();
      await Promise.all(sources.map((source) => source.stop()));
      await reconciling;
      await registry.stop();
    },
  };
}
