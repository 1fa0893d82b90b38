import type { ResourceType } from "#api/meta/resource-type.ts";
import { resourceTypeKey } from "#api/meta/resource-type.ts";
import { createReconcileStatus } from "#controllers/policy-status/reconcile-status.ts";
import type { ReportedPolicy } from "#controllers/policy-status/reconcile-status.ts";
import type { StatusOwnership } from "#controllers/policy-status/status-owner.ts";
import { createBackoff } from "#controllers/runtime/backoff.ts";
import { systemClock } from "#controllers/runtime/clock.ts";
import { runReconcileLoop } from "#controllers/runtime/reconcile-loop.ts";
import { startInterval } from "#controllers/runtime/schedule.ts";
import { createWorkQueue, resyncPriority } from "#controllers/runtime/work-queue.ts";
import { policyKindNamed } from "#controllers/scan/policy-kinds.ts";
import type { ScanController } from "#controllers/scan/scan-controller.ts";
import type { ScanPolicy } from "#controllers/scan/scan-policy.ts";
import type { PartContext } from "./part.ts";
import type { KindStanding } from "./scan-observer.ts";

/** Changes that come together are written together. */
const settleMs = 1_000;
/** Who writes the status may change, and others may write over it: each policy is looked at once in this time. */
const recheckMs = 600_000;

export interface StatusPart {
  /** Policies, kinds or their states are not what they were. */
  changed(): void;
  stop(): Promise<void>;
}

/** Writes the status of policies where nobody else does. */
export function startPolicyStatus(
  context: PartContext & {
    readonly scan: () => ScanController;
    readonly kinds: ReadonlyMap<string, KindStanding>;
    readonly ownership: () => Promise<StatusOwnership>;
  },
): StatusPart {
  const { client, discovery, log, signal, kinds, ownership, policyConditions } = context;
  const clock = systemClock;
  const queue = createWorkQueue<string>({ clock, backoff: createBackoff({ random: Math.random }) });
  const written = new Map<string, string>();
  const gather = (key: string): ReportedPolicy | undefined => {
    const policy = context.scan().policies.policies.get(key);
    if (policy === undefined) return undefined;
    const { identity } = policy.compiled;
    const group = policyKindNamed(identity.kind)?.group ?? "";
    const shape = statusShapes.get(group);
    const type = policyType(discovery.types(), group, identity.kind);
    if (type === undefined || shape === undefined) return undefined;
    return {
      type,
      shape,
      name: identity.name,
      ...(identity.namespace === undefined ? {} : { namespace: identity.namespace }),
      findings: {
        ...findingsOf(policy, unavailableKinds(context.scan(), kinds, key)),
        others: policyConditions?.of(key) ?? [],
      },
    };
  };

  const changed = (): void => {
    const { policies } = context.scan().policies;
    for (const key of written.keys()) if (!policies.has(key)) written.delete(key);
    for (const [key, policy] of policies) {
      const others = JSON.stringify(policyConditions?.of(key) ?? []);
      const said = `${policy.content}${unavailableKinds(context.scan(), kinds, key).join(";")}${others}`;
      if (written.get(key) === said) continue;
      written.set(key, said);
      queue.add(key, { afterMs: settleMs });
    }
  };

  const reconcile = createReconcileStatus({ client, clock, ownership, gather });
  const loop = runReconcileLoop({
    queue,
    reconcile: (key, { signal: ending }) => reconcile(key, ending),
    workers: 2,
    clock,
    log,
    signal,
  });
  const recheck = (): void => {
    for (const key of written.keys()) queue.add(key, { priority: resyncPriority });
  };
  const rechecks = startInterval({
    intervalMs: recheckMs,
    run: () => Promise.resolve(recheck()),
    clock,
    random: Math.random,
    log,
  });
  const unsubscribe = policyConditions?.onChange(changed);
  return {
    changed,
    async stop() {
      unsubscribe?.();
      // What waits would keep the process alive until it is due.
      queue.shutDown();
      await Promise.all([rechecks.stop(), loop]);
    },
  };
}

/** Groups of policies whose status is written; that of the API server's own is the API server's. */
const statusShapes: ReadonlyMap<string, ReportedPolicy["shape"]> = new Map([
  ["kyverno.io", "rules"],
  ["policies.kyverno.io", "cel"],
]);

function policyType(types: readonly ResourceType[], group: string, kind: string): ResourceType | undefined {
  return types.find(
    (candidate) => candidate.group === group && candidate.kind === kind && candidate.preferred,
  );
}

function findingsOf(policy: ScanPolicy, unavailable: readonly string[]): ReportedPolicy["findings"] {
  const { compiled, idle, generation, refusals, unreadable } = policy;
  const problems = compiled.problems.map(({ rule, message }) =>
    rule === undefined ? message : `${rule}: ${message}`,
  );
  return {
    problems: unreadable === undefined ? problems : [unreadable],
    refusals,
    unavailable,
    ruleCount: compiled.ruleCount,
    autogenRules: compiled.autogenRules,
    ...(compiled.autogenConfigs === undefined ? {} : { autogenConfigs: compiled.autogenConfigs }),
    ...(idle === undefined ? {} : { idle }),
    ...(generation === undefined ? {} : { generation }),
  };
}

function unavailableKinds(
  scan: ScanController,
  kinds: ReadonlyMap<string, KindStanding>,
  policy: string,
): string[] {
  const degraded = [...scan.kinds.values()].flatMap(({ scan: kind }) => {
    const standing = kinds.get(resourceTypeKey(kind.type));
    const concerned = standing?.state === "degraded" && kind.policies.has(policy);
    return concerned ? [`${resourceTypeKey(kind.type)}: ${standing.reason ?? "cannot be read"}`] : [];
  });
  const missing = (scan.unserved().get(policy) ?? []).map((kind) => `${kind}: not served`);
  return [...degraded, ...missing];
}
