import type { KubeObject } from "#api/meta/object-meta.ts";
import type { ResourceType } from "#api/meta/resource-type.ts";
import type { PolicyReportResult } from "#api/reports/policy-report.ts";
import type { RuleStatus, RuleType } from "#engine/response.ts";
import { buildResults } from "#reports/build-results.ts";
import type { ReportOwner } from "#reports/owner.ts";
import type { PolicyRef } from "#reports/policy-ref.ts";
import type { ContextEpoch } from "./context-epoch.ts";
import type { Judge, Judgement, StartedJudgement, Subject } from "./judge.ts";
import { policyKindNamed } from "./policy-kinds.ts";
import type { PolicyFilter } from "./pass-request.ts";
import type { ExceptedRule, ReportPort, ScanObserver, Violation } from "./ports.ts";
import type { ScanPolicy } from "./scan-policy.ts";

/** One object on its way to its report, with the inputs that it is judged by. */
export interface Candidate {
  readonly object: KubeObject;
  readonly type: ResourceType;
  readonly subject: Subject;
  /** Policies that judge the kind in this version. */
  readonly policies: ReadonlyMap<string, ScanPolicy>;
  /** True where a later state of the object is known: whoever judges that writes. */
  readonly superseded: () => boolean;
  /** True where policies, namespace labels or watched data are not what they were: nobody else judges this anew. */
  readonly outdated: () => boolean;
  /** Someone waits for it: it goes ahead of lists and passes. */
  readonly urgent: boolean;
  /** Aborts when the kind is not judged any more. */
  readonly signal: AbortSignal;
}

/** What is reported at all; asked anew for each verdict. */
export interface ReportedVerdicts {
  readonly results: ReadonlySet<RuleStatus>;
  readonly ruleTypes: ReadonlySet<RuleType>;
}

export interface VerdictWriterOptions {
  readonly judge: Judge;
  readonly reports: Pick<ReportPort, "differs" | "wasFailing" | "put">;
  readonly observer: Pick<ScanObserver, "judged" | "violation" | "excepted" | "success" | "wantsSuccesses">;
  readonly now: () => number;
  readonly reported: () => ReportedVerdicts;
  /**
   * What policies say of the same object in other versions of its kind. Nothing, without a read, where no other version
   * is judged.
   */
  readonly otherVersions: (
    candidate: Candidate,
    epoch: ContextEpoch,
  ) => Promise<readonly Judgement[]> | undefined;
  /** Results that an object has whatever policies say of it: those about the policy that it is. */
  readonly standingResults: (uid: string) => readonly PolicyReportResult[];
}

/** Judges objects and hands what changed to the writer of reports. */
export interface VerdictWriter {
  /**
   * Judges by the policies of the filter; where one of them says something new, by all, and puts the report. False where
   * the inputs changed meanwhile: then it is to be judged again, by all.
   */
  write(candidate: Candidate, filter: PolicyFilter, epoch: ContextEpoch): Promise<boolean>;
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

function isSameRef(a: PolicyRef, b: PolicyRef): boolean {
  return a.source === b.source && a.policy === b.policy;
}

/** A policy that is gone is known by its key only: `Kind/name` or `Kind/namespace/name`. */
function refOfKey(key: string): PolicyRef {
  const slash = key.indexOf("/");
  const source = policyKindNamed(key.slice(0, slash))?.source ?? "kyverno";
  return { source, policy: key.slice(slash + 1) };
}

function ownerOf({ object, type }: Candidate): ReportOwner {
  const { name, uid, namespace } = object.metadata;
  return {
    apiVersion: object.apiVersion,
    kind: object.kind,
    name,
    uid,
    ...(type.namespaced && typeof namespace === "string" && namespace !== "" ? { namespace } : {}),
  };
}

export function createVerdictWriter(options: VerdictWriterOptions): VerdictWriter {
  const { judge, reports, observer, standingResults } = options;

  const resultsOf = ({ policy, responses }: Judgement): readonly PolicyReportResult[] =>
    buildResults({ ...policy.ref, ...policy.compiled.reporting }, responses, {
      timestampSeconds: Math.floor(options.now() / 1000),
      allowedResults: options.reported().results,
    });

  /** Without the rules whose type is not reported. */
  const reportedOf = ({ policy, responses }: Judgement): Judgement => {
    const { ruleTypes } = options.reported();
    return { policy, responses: responses.filter(({ type }) => ruleTypes.has(type)) };
  };

  const saysNews = (
    { object, policies }: Candidate,
    judgements: readonly Judgement[],
    filter: ReadonlySet<string>,
  ): boolean => {
    const { uid } = object.metadata;
    const byKey = new Map(judgements.map((judgement) => [judgement.policy.key, judgement]));
    const standing = standingResults(uid);
    return [...filter].some((key) => {
      const judgement = byKey.get(key);
      const ref = judgement?.policy.ref ?? policies.get(key)?.ref ?? refOfKey(key);
      const results = judgement === undefined ? [] : resultsOf(reportedOf(judgement));
      const ofObject = standing.filter(({ source = "", policy }) => isSameRef({ source, policy }, ref));
      return reports.differs(uid, ref, [...results, ...ofObject]);
    });
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

  /** Rules that exceptions take off the object, where the results of their policy are news. */
  const newlyExcepted = (
    owner: ReportOwner,
    judged: readonly JudgedResults[],
    urgent: boolean,
  ): ExceptedRule[] =>
    judged.flatMap(({ judgement: { policy, responses }, results }) => {
      const excepted = responses.flatMap(({ rule, status, exceptions = [] }) =>
        status === "skip" && exceptions.length > 0 ? [{ policy, owner, rule, exceptions, urgent }] : [],
      );
      return excepted.length > 0 && reports.differs(owner.uid, policy.ref, results) ? excepted : [];
    });

  /** Policies of which a rule passes and none fails, where their results are news. */
  const newSuccesses = (owner: ReportOwner, judged: readonly JudgedResults[]): ScanPolicy[] =>
    judged.flatMap(({ judgement: { policy, responses }, results }) => {
      const isSuccess =
        responses.some(({ status }) => status === "pass") &&
        !responses.some(({ status }) => isFailing(status));
      return isSuccess && reports.differs(owner.uid, policy.ref, results) ? [policy] : [];
    });

  const put = async (candidate: Candidate, judgements: readonly Judgement[]): Promise<boolean> => {
    if (candidate.superseded()) return true;
    if (candidate.outdated()) return false;
    const owner = ownerOf(candidate);
    const judged = judgements
      .map(reportedOf)
      .map((judgement) => ({ judgement, results: resultsOf(judgement) }));
    observer.judged(
      owner,
      judged.map(({ judgement }) => judgement),
    );
    const successes = observer.wantsSuccesses() ? newSuccesses(owner, judged) : [];
    const violations = newViolations(owner, judged, candidate.urgent);
    const excepted = newlyExcepted(owner, judged, candidate.urgent);
    const all = [...judged.flatMap(({ results }) => results), ...standingResults(owner.uid)];
    const written = await reports.put(owner, all, { urgent: candidate.urgent });
    if (written) {
      for (const violation of violations) observer.violation(violation);
      for (const rule of excepted) observer.excepted(rule);
      for (const policy of successes) observer.success(owner, policy);
    }
    // It may have waited for room, and a pass that compared meanwhile could not know of it.
    return candidate.superseded() || !candidate.outdated();
  };

  const finish = (
    { subject, signal }: Candidate,
    started: StartedJudgement,
    epoch: ContextEpoch,
  ): Promise<readonly Judgement[]> | readonly Judgement[] =>
    started.waiting.length === 0 ? started.judgements : judge.finish(subject, started, epoch, signal);

  const writeWhole = async (candidate: Candidate, epoch: ContextEpoch): Promise<boolean> => {
    const started = judge.start(candidate.subject, candidate.policies.values(), epoch);
    const judgements = await finish(candidate, started, epoch);
    const others = await options.otherVersions(candidate, epoch);
    return put(candidate, others === undefined ? judgements : [...judgements, ...others]);
  };

  const writeSome = async (
    candidate: Candidate,
    filter: ReadonlySet<string>,
    epoch: ContextEpoch,
  ): Promise<boolean> => {
    const some = [...candidate.policies.values()].filter((policy) => filter.has(policy.key));
    const judgements = await finish(candidate, judge.start(candidate.subject, some, epoch), epoch);
    return !saysNews(candidate, judgements, filter) || writeWhole(candidate, epoch);
  };

  return {
    write: (candidate, filter, epoch) =>
      filter === "all" ? writeWhole(candidate, epoch) : writeSome(candidate, filter, epoch),
    async judgeOnly(candidate, epoch) {
      return finish(candidate, judge.start(candidate.subject, candidate.policies.values(), epoch), epoch);
    },
  };
}
