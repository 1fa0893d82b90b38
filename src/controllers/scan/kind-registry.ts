import { resourceTypeKey } from "#api/meta/resource-type.ts";
import type { ResourceType } from "#api/meta/resource-type.ts";
import type { KindFamily } from "#reports/policy-facts.ts";
import type { KindPlan, PlannedPass } from "./kind-plan.ts";
import type { KindScan } from "./kind-scan.ts";
import { joinPasses } from "./pass-request.ts";
import type { PassRequest } from "./pass-request.ts";
import type { PassRunner } from "./pass-runner.ts";
import type { ReportPort, ScanObserver } from "./ports.ts";

/** A kind under watch with its passes. */
export interface WatchedKind {
  readonly scan: KindScan;
  readonly passes: PassRunner;
}

export interface KindRegistryDeps {
  readonly create: (plan: KindPlan) => WatchedKind;
  readonly reports: Pick<ReportPort, "kindSynced" | "kindUnwatched">;
  readonly observer: Pick<ScanObserver, "kindState">;
}

/** The kinds that are watched now. */
export interface KindRegistry {
  readonly kinds: ReadonlyMap<string, WatchedKind>;
  /** Starts, stops and updates kinds until they are as planned. Not to be called again before it resolves. */
  reconcile(plans: ReadonlyMap<string, KindPlan>): Promise<void>;
  request(passes: readonly PlannedPass[], reason: string): void;
  requestEverywhere(request: PassRequest): void;
  /** The kinds, one per version, that know the object. */
  scansOf(uid: string): readonly KindScan[];
  /** Other versions of the same kind that are judged too. */
  siblingsOf(type: ResourceType): readonly KindScan[];
  /** A kind was listed to its end. */
  synced(scan: KindScan): Promise<void>;
  /** Every object of the kind, whatever its version, is known. */
  isFamilySynced(family: KindFamily): boolean;
  stop(): Promise<void>;
}

function isFamily(type: ResourceType, { group, kind }: KindFamily): boolean {
  return type.group === group && type.kind === kind;
}

export function createKindRegistry(deps: KindRegistryDeps): KindRegistry {
  const kinds = new Map<string, WatchedKind>();

  const family = (wanted: KindFamily): KindScan[] =>
    [...kinds.values()].map(({ scan }) => scan).filter((scan) => isFamily(scan.type, wanted));

  const end = async (key: string, kind: WatchedKind): Promise<void> => {
    kinds.delete(key);
    await kind.scan.stop();
    deps.observer.kindState(kind.scan.type, { kind: "stopped" });
    const { group, kind: name } = kind.scan.type;
    // Another version may still be judged; then its verdicts stay, and the rest left with a pass.
    if (family({ group, kind: name }).length === 0) await deps.reports.kindUnwatched({ group, kind: name });
  };

  const begin = (key: string, plan: KindPlan): void => {
    const kind = deps.create(plan);
    kinds.set(key, kind);
    // It counts as being listed before its source has said anything.
    deps.observer.kindState(plan.type, { kind: "syncing" });
    kind.scan.start();
  };

  return {
    kinds,
    async reconcile(plans) {
      const ended = [...kinds].filter(([key]) => !plans.has(key));
      // First, so that a kind that is only judged in another version keeps its reports, and no kind waits for another.
      for (const [key, plan] of plans) {
        const running = kinds.get(key);
        if (running === undefined) begin(key, plan);
        else running.scan.setPolicies(plan.policies);
      }
      await Promise.all(ended.map(([key, kind]) => end(key, kind)));
    },
    request(passes, reason) {
      // Joined first: a pass begins as soon as it is asked for, and would begin with one policy of many.
      const joined = new Map<string, PassRequest>();
      for (const { kind, policy, namespaces } of passes) {
        joined.set(kind, joinPasses(joined.get(kind), { policies: new Set([policy]), namespaces, reason }));
      }
      for (const [kind, request] of joined) kinds.get(kind)?.passes.request(request);
    },
    requestEverywhere(request) {
      for (const { passes } of kinds.values()) passes.request(request);
    },
    scansOf: (uid) => [...kinds.values()].map(({ scan }) => scan).filter((scan) => scan.table.has(uid)),
    siblingsOf: (type) =>
      family(type).filter((scan) => scan.type.version !== type.version && scan.policies.size > 0),
    async synced(scan) {
      kinds.get(resourceTypeKey(scan.type))?.passes.resume();
      const { group, kind } = scan.type;
      if (family({ group, kind }).every((sibling) => sibling.synced))
        await deps.reports.kindSynced({ group, kind });
    },
    isFamilySynced(wanted) {
      const scans = family(wanted);
      return scans.length > 0 && scans.every((scan) => scan.synced && scan.state.kind !== "degraded");
    },
    async stop() {
      await Promise.all([...kinds.values()].map(({ scan }) => scan.stop()));
    },
  };
}
