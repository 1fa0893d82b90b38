import type { KubeObject } from "#api/meta/object-meta.ts";
import type { ResourceType } from "#api/meta/resource-type.ts";
import { createSlicer } from "#controllers/runtime/slice.ts";
import { isNotFound } from "#kube/client/api-error.ts";
import type { KindFamily, PolicyFacts } from "#reports/policy-facts.ts";
import { createBindingWatch } from "./binding-watch.ts";
import type { BindingWatch } from "./binding-watch.ts";
import { createConfigMapInputs } from "./config-map-inputs.ts";
import type { ConfigMapInputsDeps } from "./config-map-inputs.ts";
import type { ContextEpoch } from "./context-epoch.ts";
import { createContextEpochs } from "./context-epochs.ts";
import { createContextRetries, withRetries } from "./context-retries.ts";
import { createExceptionInputs } from "./exception-inputs.ts";
import { createInputVersions } from "./input-versions.ts";
import { planKinds, planPasses } from "./kind-plan.ts";
import type { KindPlan } from "./kind-plan.ts";
import { createKindRegistry } from "./kind-registry.ts";
import type { WatchedKind } from "./kind-registry.ts";
import { KindScan } from "./kind-scan.ts";
import { createNamespaceLabels } from "./namespace-labels.ts";
import { createOtherVersions } from "./other-versions.ts";
import type { PassRequest } from "./pass-request.ts";
import { createPassLanes } from "./pass-lanes.ts";
import { createPassRunner } from "./pass-runner.ts";
import { createPlanLoop } from "#controllers/runtime/plan-loop.ts";
import { lostPolicies } from "./lost-policies.ts";
import { createParamInputs, hasParamKind } from "./param-inputs.ts";
import { createPolicyFacts } from "./policy-facts.ts";
import { createFindRefusals } from "./policy-refusals.ts";
import { policyKinds } from "./policy-kinds.ts";
import { createPolicyWatch } from "./policy-watch.ts";
import type { PolicyWatch } from "./policy-watch.ts";
import { createRejudge } from "./rejudge.ts";
import type { Rejudge } from "./rejudge.ts";
import type { ScanDeps } from "./scan-deps.ts";
import { readsGlobalEntry } from "./scan-policy.ts";
import type { ScanPolicy } from "./scan-policy.ts";
import { createSharedInputs } from "./shared-inputs.ts";
import type { InputStanding } from "./shared-inputs.ts";
import { createStandingErrors } from "./standing-errors.ts";
import { createVerdictWriter } from "./verdict-writer.ts";

/** Judges what runs, on every change and on a schedule. */
export interface ScanController {
  /** Resolves when policies, namespaces and reports are known and the kinds have begun to be listed. */
  start(): Promise<void>;
  /** What `start` waits for, for people; undefined where everything was read. */
  waitingFor(): string | undefined;
  readonly policies: PolicyWatch;
  readonly inputs: ReadonlyMap<string, InputStanding>;
  readonly kinds: ReadonlyMap<string, WatchedKind>;
  /** Kinds that policies name and nothing serves, by policy. */
  readonly unserved: () => ReadonlyMap<string, readonly string[]>;
  readonly facts: PolicyFacts;
  readonly rejudge: Rejudge;
  /** Whether an object lives, as far as its kind is known to the end. */
  isAlive(family: KindFamily, uid: string): "alive" | "gone" | "unknown";
  /** Discovery changed: kinds may have come or gone. */
  typesChanged(): void;
  /** Data of a GlobalContextEntry changed: of these projections, where the empty name is the whole. */
  globalEntryChanged(entry: string, projections: ReadonlySet<string> | "all"): void;
  requestEverywhere(request: PassRequest): void;
  /** Lists again what these policies judge. */
  requestFor(isConcerned: (policy: ScanPolicy) => boolean, reason: string): void;
  /** A memo of external data for the schedule. */
  newEpoch(): ContextEpoch;
  stop(): Promise<void>;
}

/** Edits of policies that come together are planned together. */
const settleMs = 50;
const sliceMs = 20;
/** How long a kind may be unreadable before that becomes a result. */
const degradedGraceMs = 60_000;

export function createScanController(deps: ScanDeps): ScanController {
  const { clock, signal, reports, observer } = deps;
  /** The plan in force. */
  let plans: ReadonlyMap<string, KindPlan> = new Map();
  /** The plan whose passes have been asked for. */
  let served: ReadonlyMap<string, KindPlan> = new Map();
  /** The plan that reports were last told of. */
  let told: ReadonlyMap<string, KindPlan> = new Map();
  let servedPolicies: ReadonlyMap<string, ScanPolicy> = new Map();
  let unserved: ReadonlyMap<string, readonly string[]> = new Map();
  let started = false;

  const retryDelayMs = (failures: number): number =>
    Math.min(60_000, 500 * 2 ** Math.min(failures, 10)) * (1 - deps.random() / 2);

  const inputs = createInputVersions();
  const contextRetries = createContextRetries({
    clock,
    random: deps.random,
    retry: (policy) =>
      requestPasses(({ key }) => key === policy, { namespaces: undefined, reason: "failed context" }),
  });
  const loadContext = withRetries(deps.loadContext, contextRetries);
  const { newEpoch, eventEpoch } = createContextEpochs(
    { load: loadContext, globals: deps.globalEntries },
    inputs,
    clock,
  );

  const slice = createSlicer({
    sliceMs,
    monotonicMs: () => clock.monotonicMs(),
    onSlice: (ms) => observer.sliceCut(ms),
  });
  const laneOf = createPassLanes(deps.concurrentPasses);

  /** Lists the kinds again that these policies judge. */
  const requestPasses = (
    isConcerned: (policy: ScanPolicy, type: ResourceType) => boolean,
    { namespaces, reason }: Pick<PassRequest, "namespaces" | "reason">,
  ): void => {
    for (const { scan, passes } of registry.kinds.values()) {
      const concerned = [...scan.policies.values()].filter((policy) => isConcerned(policy, scan.type));
      const policies = new Set(concerned.map(({ key }) => key));
      if (policies.size > 0) passes.request({ policies, namespaces, reason });
    }
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
  const coreType = (kind: string): ResourceType | undefined =>
    deps.types().find((type) => type.group === "" && type.kind === kind && type.preferred);

  const writer = createVerdictWriter({
    judge: deps.judge,
    reports,
    observer,
    now: () => clock.now(),
    reported: deps.reported,
    otherVersions: createOtherVersions({
      siblingsOf: (type) => registry.siblingsOf(type),
      read: readObject,
      writer: () => writer,
    }),
    standingResults: (uid) => standing.resultsOf(uid),
  });

  const exceptions = createExceptionInputs({
    ...(deps.exceptions === undefined ? {} : { exceptions: deps.exceptions }),
    ...(deps.celExceptions === undefined ? {} : { celExceptions: deps.celExceptions }),
    onConcerned: (isConcerned) => {
      inputs.changedOutsideMemos();
      for (const { scan } of registry.kinds.values()) scan.noteReaders();
      requestPasses(isConcerned, { namespaces: undefined, reason: "exception" });
    },
    onUnreadable: deps.onUnreadable,
  });

  const namespaces = createNamespaceLabels({
    read: async (name) => {
      const type = coreType("Namespace");
      return type === undefined ? undefined : readObject(type, name, "");
    },
    onChange: (namespace) =>
      requestPasses((policy, type) => type.namespaced && exceptions.looksAt(policy, "usesNamespaceLabels"), {
        namespaces: new Set([namespace]),
        reason: "namespace labels",
      }),
  });

  const configMaps = createConfigMapInputs({
    open: openConfigMaps(deps, coreType),
    hash: (object) => deps.seenHash(object, true),
    onChange: (changed) => {
      inputs.changed(changed);
      const isNamed = ({ namespace, name }: typeof changed): boolean =>
        namespace === changed.namespace && name === changed.name;
      requestPasses(({ compiled }) => compiled.literalConfigMaps.some(isNamed), {
        namespaces: undefined,
        reason: "config map",
      });
    },
    clock,
    signal,
  });

  const params = createParamInputs({
    types: deps.types,
    open: (type, handlers) => deps.openShared({ type }, handlers),
    hash: (object) => deps.seenHash(object, true),
    onChange: (kind) => {
      inputs.paramsChanged(kind);
      requestPasses((policy) => hasParamKind(policy, kind), { namespaces: undefined, reason: "parameters" });
    },
    clock,
    signal,
  });

  const createKind = (plan: KindPlan): WatchedKind => {
    const scan = new KindScan(plan.type, plan.policies, {
      openSource: (type, handlers) => deps.openSource({ type }, handlers),
      writer,
      seenHash: deps.seenHash,
      readsStatus: (policy) => exceptions.looksAt(policy, "readsStatus"),
      namespaces,
      inputVersion: () => inputs.total(),
      isLeftOut: deps.isLeftOut,
      eventEpoch,
      newEpoch,
      slice,
      rejudge: (uid, error) => {
        observer.passFailed(plan.type, error);
        rejudge.afterFailure(uid);
      },
      ownerGone: (uid) => {
        if (registry.scansOf(uid).length === 0) reports.ownerGone(uid);
      },
      onSynced: (synced) => registry.synced(synced),
      onState: (changed, state) => {
        observer.kindState(changed.type, state);
        standing.changed();
        deps.onChanged();
      },
      signal,
    });
    const passes = createPassRunner(scan, {
      listPages: deps.listPages,
      newEpoch,
      clock,
      observer,
      laneOf: (request) => laneOf(request, scan.policies.values()),
      retryDelayMs,
    });
    return { scan, passes };
  };

  const registry = createKindRegistry({ create: createKind, reports, observer });

  const watch = createPolicyWatch({
    onChange: () => {
      if (started) loop.request();
    },
    onUnreadable: deps.onUnreadable,
    findRefusals: createFindRefusals(deps.types),
    forcesIgnore: deps.forcesIgnore === true,
    slice,
    bindingsOf: ({ kind }, policy) => bindings.get(kind)?.of(policy) ?? [],
    ...(deps.onCompiled === undefined ? {} : { onCompiled: deps.onCompiled }),
  });
  const kinds = policyKinds.filter(
    ({ optional }) => optional === undefined || deps.optionalKinds?.has(optional) === true,
  );
  const bindings = new Map(
    kinds.flatMap((row): [string, BindingWatch][] =>
      row.binding === undefined
        ? []
        : [
            [
              row.kind,
              createBindingWatch({
                kind: row.binding,
                onChange: (policy) => watch.rebind(row, policy),
                onUnreadable: deps.onUnreadable,
              }),
            ],
          ],
    ),
  );
  const shared = createSharedInputs({
    openSource: deps.openShared,
    types: deps.types,
    policies: watch,
    namespaces: namespaces.handlers,
    policyKinds: kinds,
    bindings: [...bindings.values()],
    exceptions: exceptions.watches,
    onState: () => {
      standing.changed();
      deps.onChanged();
    },
    clock,
    signal,
  });
  const standing = createStandingErrors({
    kinds: () =>
      [...registry.kinds.values()].map(({ scan: { type, state, policies } }) => ({ type, state, policies })),
    policies: watch.policies,
    reports,
    isCutOff: () => [...shared.standings.values()].some(({ state }) => state.kind === "degraded"),
    isJudged: (uid) => registry.scansOf(uid).length > 0,
    rejudge: (uid) => rejudge.soon(uid),
    allowedResults: () => deps.reported().results,
    onError: (policy, message) => observer.policyBlocked(policy, message),
    clock,
    graceMs: degradedGraceMs,
  });
  const rejudge = createRejudge({
    queue: deps.rejudgeQueue,
    client: deps.client,
    scansOf: (uid) => registry.scansOf(uid),
    putStanding: (uid) => standing.put(uid),
  });

  const plan = (): void => {
    ({ kinds: plans, unserved } = planKinds(watch.policies, deps.types()));
  };

  /** Kinds that stored reports were told apart by and that went before they began: no end of theirs takes results back. */
  const releaseDropped = async (planned: ReadonlyMap<string, KindPlan>): Promise<void> => {
    const left = new Set([...planned.values()].map(({ type }) => familyKey(type)));
    const dropped = [...told.values()].filter(({ type }) => !left.has(familyKey(type)));
    told = planned;
    for (const { type } of dropped) await reports.kindUnwatched({ group: type.group, kind: type.kind });
  };

  /** Safe to be run again where it failed half-way: what is served moves on only at its end. */
  const reconcile = async (): Promise<void> => {
    const policies = new Map(watch.policies);
    plan();
    const planned = plans;
    await Promise.all([configMaps.ensure(policies.values()), params.ensure(policies.values())]);
    await registry.reconcile(planned);
    registry.request(planPasses(served, planned), "policy");
    if (lostPolicies(servedPolicies, policies)) reports.policiesWent();
    await releaseDropped(planned);
    served = planned;
    servedPolicies = policies;
    standing.changed();
    deps.onChanged();
  };
  const loop = createPlanLoop({
    reconcile,
    settleMs,
    retryDelayMs,
    clock,
    onFailed: (error) => observer.planFailed(error),
  });

  return {
    policies: watch,
    inputs: shared.standings,
    kinds: registry.kinds,
    unserved: () => unserved,
    facts: createPolicyFacts(watch, () => plans),
    rejudge,
    newEpoch,
    waitingFor: () => shared.waitingFor(),
    async start() {
      shared.open();
      await shared.known();
      plan();
      // What is stored is told apart by what the plan says, so the plan comes first.
      told = plans;
      servedPolicies = new Map(watch.policies);
      await reports.start();
      await reconcile().catch((error: unknown) => observer.planFailed(error));
      started = true;
      // What changed meanwhile is planned now; where nothing did, this does nothing.
      loop.request();
    },
    isAlive(family, uid) {
      if (registry.scansOf(uid).length > 0) return "alive";
      return registry.isFamilySynced(family) ? "gone" : "unknown";
    },
    typesChanged() {
      shared.open();
      if (started) loop.request();
    },
    globalEntryChanged(entry, projections) {
      inputs.changedOutsideMemos();
      requestPasses((policy) => readsGlobalEntry(policy, entry, projections), {
        namespaces: undefined,
        reason: "global context",
      });
    },
    requestEverywhere: (request) => registry.requestEverywhere(request),
    requestFor: (isConcerned, reason) => requestPasses(isConcerned, { namespaces: undefined, reason }),
    async stop() {
      standing.stop();
      contextRetries.stop();
      // A plan under way may still begin kinds: it ends first.
      await Promise.all([shared.stop(), loop.stop()]);
      await Promise.all([configMaps.stop(), params.stop(), registry.stop()]);
    },
  };
}

function familyKey({ group, kind }: ResourceType): string {
  return `${kind}.${group}`;
}

function openConfigMaps(
  { openShared }: Pick<ScanDeps, "openShared">,
  coreType: (kind: string) => ResourceType | undefined,
): ConfigMapInputsDeps["open"] {
  return (namespace, handlers) => {
    const type = coreType("ConfigMap");
    if (type === undefined) throw new Error("the API server does not serve ConfigMaps");
    return openShared({ type, namespace }, handlers);
  };
}
