import type { KubeObject } from "#api/meta/object-meta.ts";
import type { ResourceType } from "#api/meta/resource-type.ts";
import type { PolicyReportResult } from "#api/reports/policy-report.ts";
import type { RuleStatus } from "#engine/response.ts";
import { buildResults } from "#reports/build-results.ts";
import type { ReportOwner } from "#reports/owner.ts";
import type { ContextEpoch } from "./context-epoch.ts";
import type { Judge, Judgement, StartedJudgement, Subject } from "./judge.ts";
import type { PolicyFilter } from "./pass-request.ts";
import type { ReportPort, ScanObserver, Violation } from "./ports.ts";
import type { ScanPolicy } from "./scan-policy.ts";

/** One object on its way to its report. */
export interface Candidate {
  readonly object: KubeObject;
  readonly type: ResourceType;
  readonly subject: Subject;
  /** Policies that judge the kind in this version. */
  readonly policies: ReadonlyMap<string, ScanPolicy>;
  /** True where a later event overtook what is judged here: then nothing is written. */
  readonly superseded: () => boolean;
  /** Someone waits for it: it goes ahead of lists and passes. */
  readonly urgent: boolean;
}

export interface VerdictWriterOptions {
  readonly judge: Judge;
  readonly reports: ReportPort;
  readonly observer: ScanObserver;
  readonly now: () => number;
  readonly allowedResults: () => ReadonlySet<RuleStatus>;
  /**
   * What policies say of the same object in other versions of its kind. Resolves to nothing, without a read, where no
   * other version is judged.
   */
  readonly otherVersions: (
    candidate: Candidate,
    epoch: ContextEpoch,
  ) => Promise<readonly Judgement[]> | undefined;
}

/** Judges objects and hands what changed to the writer of reports. */
export interface VerdictWriter {
  /**
   * Judges by the policies of the filter; where one of them says something new, by all, and puts the report. A promise
   * only where something has to be waited for.
   */
  write(candidate: Candidate, filter: PolicyFilter, epoch: ContextEpoch): Promise<void> | undefined;
  /** What the policies of the candidate say, without writing: for another version of the same object. */
  judgeOnly(candidate: Candidate, epoch: ContextEpoch): Promise<readonly Judgement[]>;
}

interface JudgedResults {
  readonly judgement: Judgement;
  readonly results: readonly PolicyReportResult[];
}

function isFailing(status: RuleStatus): boolean {
  return status === "fail" || status === "error" || status === "warn";
}

export function ownerOf({ object, type }: Pick<Candidate, "object" | "type">): ReportOwner {
  const { name, uid } = object.metadata;
  const { namespace } = object.metadata;
  return {
    apiVersion: object.apiVersion,
    kind: object.kind,
    name,
    uid,
    ...(type.namespaced && typeof namespace === "string" && namespace !== "" ? { namespace } : {}),
  };
}

export function createVerdictWriter(options: VerdictWriterOptions): VerdictWriter {
  const { judge, reports, observer } = options;

  const resultsOf = (
    { policy, responses }: Judgement,
    timestampSeconds: number,
  ): readonly PolicyReportResult[] =>
    buildResults({ ...policy.ref, ...policy.compiled.reporting }, responses, {
      timestampSeconds,
      allowedResults: options.allowedResults(),
    });

  const saysNews = (
    uid: string,
    judgements: readonly Judgement[],
    filter: ReadonlySet<string>,
    all: Candidate["policies"],
  ): boolean => {
    const seconds = Math.floor(options.now() / 1000);
    const byKey = new Map(judgements.map((judgement) => [judgement.policy.key, judgement]));
    for (const key of filter) {
      const judgement = byKey.get(key);
      const ref = judgement?.policy.ref ?? all.get(key)?.ref ?? refOfKey(key);
      if (reports.differs(uid, ref, judgement === undefined ? [] : resultsOf(judgement, seconds)))
        return true;
    }
    return false;
  };

  const newViolations = (
    owner: ReportOwner,
    judged: readonly JudgedResults[],
    urgent: boolean,
  ): Violation[] =>
    judged.flatMap(({ judgement: { policy, responses }, results }) => {
      const failing = responses.filter(({ status }) => isFailing(status));
      if (failing.length === 0 || reports.wasFailing(owner.uid, policy.ref)) return [];
      if (!reports.differs(owner.uid, policy.ref, results)) return [];
      return failing.map((response): Violation => ({ policy, owner, response, urgent }));
    });

  const put = async (candidate: Candidate, judgements: readonly Judgement[]): Promise<void> => {
    if (candidate.superseded()) return;
    const owner = ownerOf(candidate);
    const seconds = Math.floor(options.now() / 1000);
    const judged = judgements.map((judgement) => ({ judgement, results: resultsOf(judgement, seconds) }));
    for (const { policy, responses } of judgements) observer.judged(policy, owner, responses);
    const violations = newViolations(owner, judged, candidate.urgent);
    const all = judged.flatMap(({ results }) => results);
    const written = await reports.put(owner, all, { urgent: candidate.urgent });
    if (written) for (const violation of violations) observer.violation(violation);
  };

  const writeWhole = async (
    candidate: Candidate,
    started: StartedJudgement,
    epoch: ContextEpoch,
  ): Promise<void> => {
    const judgements =
      started.waiting.length === 0
        ? started.judgements
        : await judge.finish(candidate.subject, started, epoch);
    const others = await options.otherVersions(candidate, epoch);
    await put(candidate, others === undefined ? judgements : [...judgements, ...others]);
  };

  const writeSome = async (
    candidate: Candidate,
    filter: ReadonlySet<string>,
    epoch: ContextEpoch,
  ): Promise<void> => {
    const some = [...candidate.policies.values()].filter((policy) => filter.has(policy.key));
    const started = judge.start(candidate.subject, some, epoch);
    const judgements = await judge.finish(candidate.subject, started, epoch);
    if (!saysNews(candidate.object.metadata.uid, judgements, filter, candidate.policies)) return;
    const whole = judge.start(candidate.subject, candidate.policies.values(), epoch);
    await writeWhole(candidate, whole, epoch);
  };

  return {
    write(candidate, filter, epoch) {
      if (filter !== "all") return writeSome(candidate, filter, epoch);
      return writeWhole(candidate, judge.start(candidate.subject, candidate.policies.values(), epoch), epoch);
    },
    judgeOnly(candidate, epoch) {
      return judge.finish(
        candidate.subject,
        judge.start(candidate.subject, candidate.policies.values(), epoch),
        epoch,
      );
    },
  };
}

/** A policy that is gone is known by its key only: `Kind/name` or `Kind/namespace/name`. */
function refOfKey(key: string): { readonly source: string; readonly policy: string } {
  return { source: "kyverno", policy: key.slice(key.indexOf("/") + 1) };
}
