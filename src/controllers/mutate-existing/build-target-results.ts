import { splitApiVersion } from "#api/meta/resource-type.ts";
import type { KubeObject } from "#api/meta/object-meta.ts";
import type { PolicyReportResult } from "#api/reports/policy-report.ts";
import type { RuleResponse, RuleStatus } from "#engine/response.ts";
import { buildResults } from "#reports/build-results.ts";
import type { ReportOwner } from "#reports/owner.ts";
import { patchedTargetProperty } from "#reports/producer.ts";
import type { MutateTask } from "./mutate-task.ts";
import { placeOf } from "./read-targets.ts";
import type { TargetNote } from "./run-tally.ts";

/** What goes into reports at all. */
export interface ReportedMutations {
  readonly results: ReadonlySet<RuleStatus>;
  /** False where mutations of existing objects are not reported. */
  readonly isOn: boolean;
}

/** Results for the report of one object. */
export interface OwnedResults {
  readonly owner: ReportOwner;
  readonly results: readonly PolicyReportResult[];
}

/**
 * The results of a run. What a rule did stands in the report of its trigger, and each result names the target; what a
 * MutatingPolicy did stands in the report of each target, as in Kyverno.
 */
export function buildTargetResults(
  task: MutateTask,
  trigger: KubeObject | undefined,
  notes: readonly TargetNote[],
  options: { readonly nowMs: number; readonly reported: ReportedMutations },
): readonly OwnedResults[] {
  const { reported, nowMs } = options;
  if (!task.reported || !reported.isOn || notes.length === 0) return [];
  const build = (response: RuleResponse): readonly PolicyReportResult[] =>
    buildResults(task.reporting, [response], {
      timestampSeconds: Math.trunc(nowMs / 1_000),
      allowedResults: reported.results,
    });
  if (task.kind === "policy") {
    return notes.flatMap(({ response, object = trigger }) => owned(object, build(response)));
  }
  const results = notes.flatMap(({ response, object }) =>
    build(response).map((result) => withTarget(result, object)),
  );
  return owned(trigger, results);
}

function owned(
  object: KubeObject | undefined,
  results: readonly PolicyReportResult[],
): readonly OwnedResults[] {
  // A payload without a uid can have no report.
  if (object === undefined || results.length === 0 || object.metadata.uid === "") return [];
  const { namespace, name } = placeOf(object);
  const owner: ReportOwner = {
    apiVersion: object.apiVersion,
    kind: object.kind,
    ...(namespace === "" ? {} : { namespace }),
    name,
    uid: object.metadata.uid,
  };
  return [{ owner, results }];
}

function withTarget(result: PolicyReportResult, object: KubeObject | undefined): PolicyReportResult {
  const { process: _process, ...properties } = result.properties ?? {};
  const target = object === undefined ? {} : { [patchedTargetProperty]: targetText(object) };
  return { ...result, properties: { ...properties, ...target } };
}

/** `group/version, Kind=KIND Name=NAME Namespace=NAMESPACE`, as tools parse it. */
function targetText(object: KubeObject): string {
  const { group, version } = splitApiVersion(object.apiVersion);
  const { namespace, name } = placeOf(object);
  const where = namespace === "" ? "" : ` Namespace=${namespace}`;
  return `${group}/${version}, Kind=${object.kind} Name=${name}${where}`;
}
