import { everyUid } from "#api/meta/uid-range.ts";
import type { PolicyReportResult } from "#api/reports/policy-report.ts";
import type { ReportOwner } from "#reports/owner.ts";
import type { PolicyFact, PolicyFacts } from "#reports/policy-facts.ts";
import { silentLogger } from "#telemetry/logger.ts";
import { createVirtualClock } from "#test/support/virtual-clock.ts";
import { createReportKeeper } from "./create-report-keeper.ts";
import type { ReportKeeperDeps } from "./create-report-keeper.ts";
import { InMemoryReports } from "./report-store.fixture.ts";

export const ref = (policy: string) => ({ source: "kyverno", policy });

export const pod = (uid: string, name = `pod-${uid}`): ReportOwner => ({
  apiVersion: "v1",
  kind: "Pod",
  namespace: "shop",
  name,
  uid,
});

export const result = (
  policy: string,
  status: PolicyReportResult["result"] = "pass",
  extra: Partial<PolicyReportResult> = {},
): PolicyReportResult => ({
  source: "kyverno",
  policy,
  rule: "check",
  timestamp: { seconds: 1_766_000_000, nanos: 0 },
  ...(status === undefined ? {} : { result: status }),
  scored: true,
  message: `${policy} ${status}`,
  properties: { process: "background scan" },
  ...extra,
});

/** Policies `a`, `b`, `c` are judged by the scan, `admitted` by admission alone; all others are gone. */
export function testFacts(gone: ReadonlySet<string> = new Set()): PolicyFacts {
  const find = ({ source, policy }: { source: string; policy: string }): PolicyFact => {
    if (source !== "kyverno") return { kind: "unknown" };
    if (gone.has(policy)) return { kind: "gone" };
    const rules = new Set(["check"]);
    if (["a", "b", "c"].includes(policy)) {
      return {
        kind: "known",
        rules,
        scanRules: rules,
        excluded: false,
        canMatch: ({ kind }) => kind !== "Service",
      };
    }
    if (policy === "admitted") {
      return { kind: "known", rules, scanRules: new Set(), excluded: false, canMatch: () => false };
    }
    return { kind: "gone" };
  };
  return { find, isWatched: ({ kind }) => kind === "Pod" };
}

export interface World {
  readonly store: InMemoryReports;
  readonly clock: ReturnType<typeof createVirtualClock>;
  readonly keeper: ReturnType<typeof createReportKeeper>;
  readonly rejudged: string[];
  readonly observed: string[];
  readonly restart: () => World;
  /** Everything that is due now is done. */
  readonly settle: () => Promise<void>;
}

export function start(options: Partial<ReportKeeperDeps> = {}, store = new InMemoryReports()): World {
  const clock = createVirtualClock();
  const rejudged: string[] = [];
  const observed: string[] = [];
  const keeper = createReportKeeper({
    store,
    format: "wgpolicyk8s",
    clock,
    random: () => 0,
    hashKey: new Uint8Array([1, 2, 3]),
    uidRange: everyUid,
    concurrency: 2,
    maxQueued: 100,
    facts: testFacts(),
    isAlive: () => "unknown",
    rejudge: (uid) => rejudged.push(uid),
    log: silentLogger,
    observer: {
      written: (verb) => observed.push(verb),
      unchanged: () => observed.push("unchanged"),
      trimmed: ({ name }) => observed.push(`trimmed ${name}`),
      foreign: ({ name }) => observed.push(`foreign ${name}`),
      deferred: ({ name }) => observed.push(`deferred ${name}`),
    },
    signal: new AbortController().signal,
    ...options,
  });
  const settle = async (): Promise<void> => {
    for (let round = 0; round < 10; round++) await clock.settle();
  };
  return { store, clock, keeper, rejudged, observed, settle, restart: () => start(options, store) };
}

export const urgent = { urgent: true };

export function statuses(store: InMemoryReports, uid: string): readonly string[] {
  const results = (store.objects.get(uid)?.["results"] ?? []) as readonly PolicyReportResult[];
  return results.map(({ policy, result: status }) => `${policy}=${status}`);
}
