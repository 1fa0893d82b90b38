import { apiVersionOf } from "#api/meta/resource-type.ts";
import type { ResourceType } from "#api/meta/resource-type.ts";
import type { PolicyReportResult } from "#api/reports/policy-report.ts";
import type { Clock, Timer } from "#controllers/runtime/clock.ts";
import type { SourceState } from "#kube/list-watch/source.ts";
import type { RuleStatus } from "#engine/response.ts";
import { buildResults } from "#reports/build-results.ts";
import type { ReportOwner } from "#reports/owner.ts";
import type { ReportPort } from "./ports.ts";
import type { ScanPolicy } from "./scan-policy.ts";

/** A kind with the policies that judge it, as it stands now. */
export interface StandingKind {
  readonly type: ResourceType;
  readonly state: SourceState;
  readonly policies: ReadonlyMap<string, ScanPolicy>;
}

export interface StandingErrorsDeps {
  readonly kinds: () => Iterable<StandingKind>;
  readonly policies: ReadonlyMap<string, ScanPolicy>;
  readonly reports: Pick<ReportPort, "put" | "ownerGone">;
  /** True while not even policies can be read: then a kind that cannot be read says nothing about the kind. */
  readonly isCutOff: () => boolean;
  /** True where the policy is itself an object that is judged: then its report is written by whoever judges it. */
  readonly isJudged: (uid: string) => boolean;
  readonly rejudge: (uid: string) => void;
  readonly allowedResults: () => ReadonlySet<RuleStatus>;
  /** Told once when a policy begins to be unable to judge something. */
  readonly onError: (policy: ScanPolicy, message: string) => void;
  readonly clock: Clock;
  readonly graceMs: number;
}

/**
 * What could not be judged must not look like compliance: while a policy, or a kind that it needs, cannot be read, the
 * policy itself has a report with one `error` result that says so.
 */
export interface StandingErrors {
  /** Kinds, their states or policies are not what they were. */
  changed(): void;
  /** Results about the policy with this uid; none for anything else. */
  resultsOf(uid: string): readonly PolicyReportResult[];
  /** Puts the report about a policy again. */
  put(uid: string): Promise<void>;
  stop(): void;
}

interface Standing {
  readonly policy: ScanPolicy;
  /** What cannot be read: a reason of a kind that is worded otherwise each time is no news. */
  readonly what: string;
  readonly results: readonly PolicyReportResult[];
}

/** What is found of one policy. */
interface Gathered {
  readonly reasons: Map<string, string>;
  isSettling: boolean;
}

const maxMessageLength = 1_000;

function ownerOf({ apiVersion, compiled: { identity, uid } }: ScanPolicy): ReportOwner {
  const { kind, name, namespace } = identity;
  return {
    apiVersion,
    kind,
    name,
    uid,
    ...(namespace === undefined ? {} : { namespace }),
  };
}

function nameOf(type: ResourceType): string {
  return `${apiVersionOf(type)} ${type.kind}`;
}

export function createStandingErrors(deps: StandingErrorsDeps): StandingErrors {
  const { clock, reports } = deps;
  /** Kinds that cannot be read, by name, until they are live again. */
  const unreadable = new Map<string, { readonly sinceMs: number; readonly reason: string }>();
  const standing = new Map<string, Standing>();
  let timer: Timer | undefined;
  let stopped = false;

  const noteKinds = (): void => {
    const nowMs = clock.monotonicMs();
    const present = new Set<string>();
    for (const { type, state } of deps.kinds()) {
      const name = nameOf(type);
      present.add(name);
      if (state.kind === "live") unreadable.delete(name);
      if (state.kind !== "degraded") continue;
      unreadable.set(name, { sinceMs: unreadable.get(name)?.sinceMs ?? nowMs, reason: state.reason });
    }
    for (const [name, { reason }] of unreadable) {
      if (!present.has(name)) unreadable.delete(name);
      else if (deps.isCutOff()) unreadable.set(name, { sinceMs: nowMs, reason });
    }
  };

  /** By policy: the kinds that were unreadable for longer than the grace, and whether any kind is yet to settle. */
  const gather = (): ReadonlyMap<string, Gathered> => {
    const nowMs = clock.monotonicMs();
    const found = new Map<string, Gathered>();
    for (const { type, state, policies } of deps.kinds()) {
      const name = nameOf(type);
      const problem = unreadable.get(name);
      const isOver = problem !== undefined && nowMs - problem.sinceMs >= deps.graceMs;
      for (const key of policies.keys()) {
        const entry = found.get(key) ?? { reasons: new Map<string, string>(), isSettling: false };
        if (isOver) entry.reasons.set(name, problem.reason);
        else if (state.kind !== "live") entry.isSettling = true;
        found.set(key, entry);
      }
    }
    return found;
  };

  const build = (policy: ScanPolicy, reasons: ReadonlyMap<string, string>): Standing => {
    const kinds = [...reasons.keys()].toSorted();
    const text = kinds.map((name) => `${name} (${reasons.get(name) ?? ""})`).join("; ");
    const reason =
      policy.unreadable === undefined
        ? `objects cannot be judged, because their kind cannot be read: ${text}`
        : `objects are not judged by this policy, because ${policy.unreadable}`;
    const message = reason.slice(0, maxMessageLength);
    const what = policy.unreadable ?? kinds.join(", ");
    const { rules, ruleNames, reporting } = policy.compiled;
    const rule = rules.find(({ type }) => type === "validate")?.name ?? ruleNames[0] ?? "";
    const response = { rule, type: "validate", status: "error", message, properties: {} } as const;
    const results = buildResults({ ...policy.ref, ...reporting }, what === "" ? [] : [response], {
      timestampSeconds: Math.floor(clock.now() / 1000),
      allowedResults: deps.allowedResults(),
    });
    return { policy, what, results };
  };

  const put = async (uid: string): Promise<void> => {
    const known = standing.get(uid);
    if (known === undefined || stopped) return;
    if (deps.isJudged(uid)) deps.rejudge(uid);
    else await reports.put(ownerOf(known.policy), known.results, { urgent: false });
  };

  const update = (policy: ScanPolicy, reasons: ReadonlyMap<string, string>): void => {
    const { uid } = policy.compiled;
    const before = standing.get(uid);
    const after = build(policy, reasons);
    if (before?.what === after.what) return;
    standing.set(uid, after);
    const [error] = after.results;
    if (error !== undefined) deps.onError(policy, error.message ?? "");
    // What an earlier process said is taken back, too: an equal report is not written.
    void put(uid);
  };

  const forgetGone = (): void => {
    const uids = new Set([...deps.policies.values()].map(({ compiled }) => compiled.uid));
    for (const [uid, { results }] of standing) {
      if (uids.has(uid)) continue;
      standing.delete(uid);
      if (results.length > 0 && !deps.isJudged(uid)) reports.ownerGone(uid);
    }
  };

  const arm = (): void => {
    timer?.cancel();
    timer = undefined;
    const nowMs = clock.monotonicMs();
    const dueMs = [...unreadable.values()].map(({ sinceMs }) => sinceMs + deps.graceMs - nowMs);
    const next = Math.min(...dueMs.filter((ms) => ms > 0));
    if (Number.isFinite(next)) timer = clock.setTimer(next, changed, { background: true });
  };

  const changed = (): void => {
    if (stopped) return;
    noteKinds();
    const found = gather();
    for (const [key, policy] of deps.policies) {
      const entry = found.get(key);
      // Until every kind has shown whether it can be read, nothing is taken back.
      const isKnown = standing.get(policy.compiled.uid) !== undefined;
      if (entry?.isSettling === true && entry.reasons.size === 0 && !isKnown) continue;
      update(policy, entry?.reasons ?? new Map());
    }
    forgetGone();
    arm();
  };

  return {
    changed,
    resultsOf: (uid) => standing.get(uid)?.results ?? [],
    put,
    stop() {
      stopped = true;
      timer?.cancel();
    },
  };
}
