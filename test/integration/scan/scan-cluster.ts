import { mkdir, readFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { KubeObject } from "#api/meta/object-meta.ts";
import type { PolicyReportResult } from "#api/reports/policy-report.ts";
import { createKubeClient } from "#kube/client/create-kube-client.ts";
import { loadClusterAccess } from "#kube/client/kube-config.ts";
import { kinds } from "#test/faults/world/kinds.ts";
import { createPersistentClient } from "#test/faults/world/persistent-client.ts";
import type { ObjectPlace, PersistentClient } from "#test/faults/world/persistent-client.ts";
import { applyCrds } from "#test/support/control-plane/apply-crds.ts";
import { isEmbeddedPlane, startTestPlane } from "#test/support/control-plane/start-test-plane.ts";
import type { ControlPlane } from "#test/support/control-plane/test-cluster.ts";
import type { OperatorEndpoints } from "#test/support/operator/operator-endpoints.ts";
import { startOperatorHere } from "#test/support/operator/operator-here.ts";
import { startOperator } from "#test/support/operator/operator-process.ts";
import { applyOperatorRights, writeOperatorKubeconfig } from "#test/support/operator/operator-rights.ts";

/** An operator whose log can be read. */
export interface ScanOperator extends OperatorEndpoints {
  log(): Promise<string>;
  /** Ends it and resolves to its exit code; by SIGTERM, or by another signal where it is a process. */
  stop(signal?: NodeJS.Signals): Promise<number | null>;
}

/** A control plane with our CRDs, and operators with the rights of our manifests. */
export interface ScanCluster {
  readonly plane: ControlPlane;
  readonly world: PersistentClient;
  /**
   * Starts an operator, which has the rights that our manifests give it and those of `grant`. On the embedded API server it
   * runs in this process, unless the test needs a process that it can kill: most of a start is reading the source.
   */
  operator(flags?: readonly string[], options?: { readonly asProcess?: boolean }): Promise<ScanOperator>;
  /** Gives the operator more rights, in the way that `docs/operations.md` names; what was granted under that name before is replaced. */
  grant(name: string, rules: readonly object[]): Promise<void>;
  /** A namespace with a name that no other test has. */
  namespace(labels?: Readonly<Record<string, string>>): Promise<string>;
  pod(namespace: string, name: string, labels?: Readonly<Record<string, string>>): Promise<string>;
  /** Creates the policy, or puts it in the place of the one that is there. */
  policy(policy: PolicyText): Promise<void>;
  report(namespace: string | undefined, uid: string): Promise<KubeObject | undefined>;
  stop(): Promise<void>;
}

interface PolicyText {
  readonly kind?: "ClusterPolicy" | "Policy";
  readonly name: string;
  readonly namespace?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly spec?: object;
  readonly rules: readonly object[];
}

const deadlineMs = 60_000;
const intervalMs = 50;
/** A Lease that is given back is taken soon, and a machine that is busy for seconds costs none. */
export const patientLease = [
  "--lease-duration=60s",
  "--lease-renew-deadline=45s",
  "--lease-retry-period=250ms",
] as const;
/** What the tests are about; an installation runs everything. */
const operatorFlags = ["--only=scan", ...patientLease];

const placeOf = (type: ObjectPlace["type"], name: string, namespace?: string): ObjectPlace => ({
  type,
  name,
  ...(namespace === undefined ? {} : { namespace }),
});

export const placeOfPolicy = ({ kind = "ClusterPolicy", name, namespace }: PolicyText): ObjectPlace =>
  placeOf(kind === "Policy" ? kinds.policy : kinds.clusterPolicy, name, namespace);

/** Asks until the answer is something other than undefined or false, and gives it with the ms it took. */
export const eventually = async <T>(
  what: string,
  ask: () => Promise<T | undefined | false> | T | undefined | false,
  limitMs = deadlineMs,
): Promise<{ readonly value: T; readonly ms: number }> => {
  const startMs = performance.now();
  for (;;) {
    const value = await ask();
    const ms = performance.now() - startMs;
    if (value !== undefined && value !== false) return { value, ms };
    if (ms > limitMs) throw new Error(`waited ${limitMs / 1000} s in vain until ${what}`);
    await delay(intervalMs);
  }
};

export const resultsOf = (report: KubeObject | undefined): readonly PolicyReportResult[] =>
  (report?.["results"] ?? []) as readonly PolicyReportResult[];

/** `policy/rule=result` of each result, sorted. */
export const verdictsOf = (report: KubeObject | undefined): readonly string[] =>
  resultsOf(report)
    .map(({ policy, rule, result }) => `${policy}/${rule ?? ""}=${result ?? ""}`)
    .sort();

/** A rule that wants a label on objects of some kinds. */
export const wantLabel = (
  name: string,
  kindNames: readonly string[],
  label: string,
  options: {
    readonly value?: string;
    readonly namespaces?: readonly string[];
    readonly selector?: object;
  } = {},
): object => ({
  name,
  match: {
    any: [
      {
        resources: {
          kinds: kindNames,
          ...(options.namespaces === undefined ? {} : { namespaces: options.namespaces }),
          ...(options.selector === undefined ? {} : { namespaceSelector: options.selector }),
        },
      },
    ],
  },
  validate: {
    message: `the label ${label} is needed`,
    pattern: { metadata: { labels: { [label]: options.value ?? "?*" } } },
  },
});

/** Starts an operator where `ScanCluster.operator` says; `logPath` is used by a process only. */
export const startTestOperator = async (options: {
  readonly kubeconfigPath: string;
  readonly logPath: string;
  readonly flags?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly asProcess?: boolean;
}): Promise<ScanOperator> => {
  if (options.asProcess ?? !isEmbeddedPlane()) {
    const operator = await startOperator(options);
    return { ...operator, log: () => readFile(options.logPath, "utf8") };
  }
  const operator = await startOperatorHere(options);
  return {
    ...operator,
    log: async () => operator.log(),
    stop(signal = "SIGTERM") {
      if (signal !== "SIGTERM") throw new Error(`${signal} would end the test, too: start it as a process`);
      return operator.stop();
    },
  };
};

/** Applies CRDs and waits until they are served. */
export const startScanCluster = async (): Promise<ScanCluster> => {
  const plane = await startTestPlane({ auditLog: true });
  try {
    await applyCrds(plane);
    return await buildScanCluster(plane);
  } catch (error) {
    await plane.stop();
    throw error;
  }
};

const buildScanCluster = async (plane: ControlPlane): Promise<ScanCluster> => {
  const config = await loadClusterAccess({ kubeconfig: plane.kubeconfigPath, env: {}, homeDir: homedir() });
  const client = createKubeClient({ config, userAgent: "scan-tests" });
  const world = createPersistentClient(client);
  await world.ensure({ type: kinds.namespace, name: "kyverno" }, {});
  await applyOperatorRights(world);
  const operatorKubeconfig = await writeOperatorKubeconfig(client, plane);
  const logs = join(plane.folder, "operators");
  await mkdir(logs);
  const running = new Set<ScanOperator>();
  let count = 0;

  return {
    plane,
    world,
    async operator(flags = [], choice = {}) {
      const started = await startTestOperator({
        kubeconfigPath: operatorKubeconfig,
        flags: [...operatorFlags, ...flags],
        logPath: join(logs, `${(count += 1)}.log`),
        ...choice,
      });
      const operator: ScanOperator = {
        ...started,
        stop(signal) {
          running.delete(operator);
          return started.stop(signal);
        },
      };
      running.add(operator);
      return operator;
    },
    async grant(name, rules) {
      const labels = { "rbac.kyverno.io/aggregate-to-reports-controller": "true" };
      await world.replace({ type: kinds.clusterRole, name }, { metadata: { labels }, rules });
    },
    async namespace(labels = {}) {
      const name = `scan-${(count += 1)}`;
      await world.ensure({ type: kinds.namespace, name }, { metadata: { labels } });
      return name;
    },
    async pod(namespace, name, labels = {}) {
      const place = placeOf(kinds.pod, name, namespace);
      const spec = { containers: [{ name: "main", image: "registry.example.com/app:1" }] };
      await world.ensure(place, { metadata: { labels }, spec });
      const stored = await world.get(place);
      if (stored === undefined) throw new Error(`the pod ${namespace}/${name} is gone`);
      return stored.metadata.uid;
    },
    async policy(policy) {
      const { labels, annotations, spec, rules } = policy;
      await world.replace(placeOfPolicy(policy), {
        metadata: {
          ...(labels === undefined ? {} : { labels }),
          ...(annotations === undefined ? {} : { annotations }),
        },
        spec: { background: true, validationFailureAction: "Audit", ...spec, rules },
      });
    },
    report: (namespace, uid) =>
      world.get(placeOf(namespace === undefined ? kinds.clusterReport : kinds.report, uid, namespace)),
    async stop() {
      await Promise.all(Array.from(running, (operator) => operator.stop()));
      await client.close();
      await plane.stop();
    },
  };
};

const depths = [
  "rearguard_report_write_queue_depth",
  "rearguard_pending_passes",
  "rearguard_work_queue_depth",
] as const;

/** Why the operator does not scan, or undefined where it does. */
const notScanning = async (operator: ScanOperator): Promise<string | undefined> => {
  // One that waits for the Lease is ready, too.
  if (!(await operator.log()).includes('"scan started"')) return "it has not begun to scan";
  const { status, text } = await operator.ready();
  return status === 200 ? undefined : `/readyz answers ${status}: ${text}`;
};

/** Why the operator is not settled, or undefined where it is. */
const unsettled = async (operator: ScanOperator): Promise<string | undefined> => {
  const reason = await notScanning(operator);
  if (reason !== undefined) return reason;
  const metrics = await operator.metrics();
  for (const name of depths) {
    const depth = metrics.sum(name);
    if (depth !== 0) return `${name} is ${depth}`;
  }
  return undefined;
};

/** Resolves when the operator has the Lease, has read everything and has nothing to do. */
export const untilSettled = (operator: ScanOperator): Promise<void> => untilNothing(unsettled, operator);

/** Resolves when the operator has the Lease and has read everything. */
export const untilScanning = (operator: ScanOperator): Promise<void> => untilNothing(notScanning, operator);

const untilNothing = async (
  hindrance: (operator: ScanOperator) => Promise<string | undefined>,
  operator: ScanOperator,
): Promise<void> => {
  let last: string | undefined;
  try {
    await eventually(
      "the operator is idle",
      async () => {
        last = await hindrance(operator);
        return last === undefined;
      },
      60_000,
    );
  } catch (error) {
    const tail = (await operator.log()).split("\n").slice(-15).join("\n");
    throw new Error(`the operator is not idle: ${last}; the end of its log:\n${tail}`, { cause: error });
  }
};
