import type { KubeObject } from "#api/meta/object-meta.ts";
import { createBackoff } from "#controllers/runtime/backoff.ts";
import { runReconcileLoop } from "#controllers/runtime/reconcile-loop.ts";
import { createWorkQueue } from "#controllers/runtime/work-queue.ts";
import { defaultBudgetLimits } from "#engine/budget.ts";
import { noExceptions } from "#engine/exceptions/exception-source.ts";
import { silentLogger } from "#telemetry/logger.ts";
import { createVirtualClock } from "#test/support/virtual-clock.ts";
import type { FakeCluster } from "./fake-cluster.fixture.ts";
import { FakeReports } from "./fake-reports.fixture.ts";
import { createJudge } from "./judge.ts";
import type { ScanObserver } from "./ports.ts";
import { createScanController } from "./scan-controller.ts";
import type { ScanDeps } from "./scan-deps.ts";
import { createSeenHash } from "./seen-hash.ts";

/** What the scan told, as text. */
export interface Told {
  readonly violations: string[];
  readonly excepted: string[];
  readonly blocked: string[];
  readonly passes: string[];
  readonly failures: string[];
}

function observerInto(told: Told): ScanObserver {
  return {
    violation: ({ policy, owner, response }) =>
      told.violations.push(`${owner.uid} ${policy.key}/${response.rule} ${response.status}`),
    excepted: ({ policy, owner, rule, exceptions }) =>
      told.excepted.push(`${owner.uid} ${policy.key}/${rule} by ${exceptions.join(" ")}`),
    policyBlocked: (policy, message) => told.blocked.push(`${policy.key}: ${message}`),
    judged: () => {},
    success: () => {},
    wantsSuccesses: () => false,
    kindState: () => {},
    passFinished: (type, { reason }) => told.passes.push(`${type.resource}: ${reason}`),
    passFailed: (type, error) => told.failures.push(`${type.resource}: ${String(error)}`),
    planFailed: (error) => told.failures.push(`plan: ${String(error)}`),
    sliceCut: () => {},
  };
}

export const everything: ReturnType<ScanDeps["reported"]> = {
  results: new Set(["pass", "fail", "warn", "error", "skip"]),
  ruleTypes: new Set(["validate"]),
};

/** The real scan controller on a cluster in memory, with a clock that the test moves. */
export function createScanWorld(
  cluster: FakeCluster,
  more: Partial<ScanDeps> & { readonly reports?: FakeReports } = {},
) {
  const clock = createVirtualClock();
  const reports = more.reports ?? new FakeReports();
  const told: Told = { violations: [], excepted: [], blocked: [], passes: [], failures: [] };
  const stopping = new AbortController();
  const { signal } = stopping;
  const random = (): number => 0;
  const rejudgeQueue = createWorkQueue<string>({ clock, backoff: createBackoff({ random }) });
  let evaluations = 0;
  const scan = createScanController({
    client: cluster.client,
    openSource: cluster.openSource,
    openShared: cluster.openSource,
    listPages: cluster.listPages,
    types: () => cluster.types,
    observer: observerInto(told),
    judge: createJudge({
      now: () => clock.now(),
      seed: () => 1,
      limits: () => defaultBudgetLimits,
      exceptions: more.exceptions ?? noExceptions,
      onEvaluated: () => {
        evaluations += 1;
      },
      monotonicMs: () => clock.monotonicMs(),
      maxRounds: 8,
    }),
    seenHash: createSeenHash("key"),
    isLeftOut: () => false,
    loadContext: cluster.loadContext,
    globalEntries: {
      lookUp: ({ entry }) => ({ kind: "failed", message: `failed to fetch entry key=${entry}` }),
      settle: () => Promise.resolve(),
    },
    reported: () => everything,
    rejudgeQueue,
    concurrentPasses: 2,
    clock,
    random,
    onChanged: () => {},
    onUnreadable: () => {},
    signal,
    ...more,
    reports,
  });
  reports.isAlive = (uid) => scan.isAlive({ group: "", kind: "" }, uid) === "alive";
  const loop = runReconcileLoop({
    queue: rejudgeQueue,
    reconcile: (uid, context) => scan.rejudge.reconcile(uid, context.signal),
    workers: 2,
    clock,
    log: silentLogger,
    signal,
  });

  /** Lets everything through that waits, without moving time. */
  const flush = async (): Promise<void> => {
    await clock.settle();
    while (cluster.waiting() > 0) {
      cluster.step(() => 0);
      await clock.settle();
    }
  };

  return {
    clock,
    reports,
    told,
    scan,
    flush,
    evaluations: () => evaluations,
    start: async (): Promise<void> => {
      const starting = scan.start();
      await flush();
      await starting;
    },
    /** Lets everything through, and time go on until edits are planned and retries have run. */
    async drain(ms = 1_000): Promise<void> {
      for (let passed = 0; passed < ms; passed += 50) {
        await flush();
        await clock.advance(50);
      }
      await flush();
    },
    async stop(): Promise<void> {
      stopping.abort();
      rejudgeQueue.shutDown();
      const stopped = scan.stop();
      await flush();
      await Promise.all([stopped, loop]);
    },
  };
}

/** A namespace as the API server gives it. */
export function namespace(name: string, labels: Readonly<Record<string, string>> = {}): KubeObject {
  return {
    apiVersion: "v1",
    kind: "Namespace",
    metadata: { name, uid: `ns-${name}`, resourceVersion: "1", labels },
  };
}

/** A pod whose uid is its name. */
export function pod(
  name: string,
  team: string,
  more: { namespace?: string; status?: unknown } = {},
): KubeObject {
  const { namespace: place = "shop", status } = more;
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name, namespace: place, uid: name, resourceVersion: "1", labels: { team } },
    spec: {},
    status,
  };
}

export function configMap(name: string, data: Readonly<Record<string, string>>): KubeObject {
  return {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name, namespace: "shop", uid: `cm-${name}`, resourceVersion: "1" },
    data,
  };
}

/** A ClusterPolicy with the rule `r`; its uid is its name. */
export function policy(name: string, rule: object, spec: object = {}): KubeObject {
  return {
    apiVersion: "kyverno.io/v1",
    kind: "ClusterPolicy",
    metadata: { name, uid: name, resourceVersion: "1" },
    spec: { rules: [{ name: "r", ...rule }], ...spec },
  };
}

/** Pods (or other kinds) must be of this team. */
export function teamRule(team: string, resources: object = { kinds: ["Pod"] }): object {
  return {
    match: { any: [{ resources }] },
    validate: { message: `be ${team}`, pattern: { metadata: { labels: { team } } } },
  };
}

/** Pods must be of the team that the ConfigMap `teams` of namespace `shop` names. */
export const configMapRule: object = {
  match: { any: [{ resources: { kinds: ["Pod"] } }] },
  context: [{ name: "teams", configMap: { name: "teams", namespace: "shop" } }],
  validate: { message: "be it", pattern: { metadata: { labels: { team: "{{ teams.data.team }}" } } } },
};
