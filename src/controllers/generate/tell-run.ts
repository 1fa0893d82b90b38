import type { KubeObject } from "#api/meta/object-meta.ts";
import type { PolicyReportResult } from "#api/reports/policy-report.ts";
import type { RuleResponse, RuleStatus } from "#engine/response.ts";
import type { EventContent, ObjectReference } from "#kube/events/event.ts";
import type { EventRecorder } from "#kube/events/event-recorder.ts";
import { buildResults } from "#reports/build-results.ts";
import type { ReportOwner } from "#reports/owner.ts";
import { generatedResourcesProperty } from "#reports/producer.ts";
import type { PreparedObject } from "./apply-downstream.ts";
import type { GenerateTask, TaskOwner } from "./generate-task.ts";
import type { TriggerRun } from "./handle-trigger.ts";
import type { ResultSink } from "./ports.ts";

/** What goes into reports at all. */
export interface ReportedGenerations {
  readonly results: ReadonlySet<RuleStatus>;
  /** False where what rules generate is not reported. */
  readonly isOn: boolean;
}

export interface RunTeller {
  /** Events and results of a run. Rejects where the results could not be taken for now. */
  tell(run: TriggerRun): Promise<void>;
  /** Something about the whole policy. */
  warn(owner: TaskOwner, message: string): void;
}

const maxRemembered = 10_000;

export function createRunTeller(deps: {
  readonly recorder: Pick<EventRecorder, "record">;
  readonly results: ResultSink;
  readonly reported: () => ReportedGenerations;
  readonly now: () => number;
}): RunTeller {
  /** Rules and triggers whose last result was no pass: bounded, the oldest are told of once more. */
  const failing = new Set<string>();

  const record = (owner: TaskOwner, namespace: string, events: readonly EventContent[]): void => {
    const { key: _key, ...policy } = owner;
    deps.recorder.record({ policy, namespace, events });
  };

  return {
    async tell(run) {
      const { task, event, created, changed, problem } = run;
      const key = `${task.key}\n${event.object.metadata.uid}`;
      const wasFailing = failing.delete(key);
      if (problem !== undefined) {
        if (failing.size >= maxRemembered) failing.clear();
        failing.add(key);
      }
      for (const object of task.kind === "policy" ? [...created, ...changed] : created) {
        record(task.owner, object.desired.target.namespace, createdEvents(task, object));
      }
      if (problem !== undefined && !wasFailing) {
        record(task.owner, event.namespace, [failureEvent(task, event.object, problem)]);
      }
      const isKnown = event.appliedBefore === true || event.cause === "revisit";
      const isNews = created.length > 0 || problem !== undefined || wasFailing || !isKnown;
      const response = responseOf(run);
      const { isOn, results: allowed } = deps.reported();
      if (response === undefined || !isNews || !isOn || !task.reported || event.operation === "DELETE")
        return;
      const built = buildResults(task.reporting, [response], {
        timestampSeconds: Math.trunc(deps.now() / 1_000),
        allowedResults: allowed,
      }).map((result) =>
        withResources(task, result, task.kind === "policy" ? [...created, ...changed] : created),
      );
      if (built.length > 0) await deps.results.merge(ownerOf(event.object), built);
    },
    warn(owner, message) {
      const { key: _key, ...reference } = owner;
      record(owner, "", [
        {
          controller: "kyverno-generate",
          regarding: reference,
          reason: "PolicyError",
          action: "None",
          note: `policy ${owner.name} error: ${message}`,
        },
      ]);
    },
  };
}

/** What a report says of the run; undefined where the rule had nothing to do. */
function responseOf({ task, verdict, problem }: TriggerRun): RuleResponse | undefined {
  const { response } = verdict;
  if (problem !== undefined) {
    const rule = task.kind === "rule" ? task.rule : task.owner.name;
    return { rule, type: "generate", properties: {}, ...response, status: "error", message: problem };
  }
  if (verdict.verdict === "applies") return response;
  return (response?.exceptions ?? []).length > 0 ? response : undefined;
}

function withResources(
  task: GenerateTask,
  result: PolicyReportResult,
  objects: readonly PreparedObject[],
): PolicyReportResult {
  const { process, ...properties } = result.properties ?? {};
  const made = objects.map(resourceText).join("; ");
  return {
    ...result,
    properties: {
      ...properties,
      ...(made === "" ? {} : { [generatedResourcesProperty]: made }),
      // Results of generate rules have none.
      ...(task.kind === "rule" || process === undefined ? {} : { process }),
    },
  };
}

/** `group/version, Kind=KIND Name=NAME Namespace=NAMESPACE`, as tools parse it. */
function resourceText({ type, desired }: PreparedObject): string {
  const { namespace, name } = desired.target;
  const where = type.namespaced ? ` Namespace=${namespace}` : "";
  return `${type.group}/${type.version}, Kind=${type.kind} Name=${name}${where}`;
}

function ownerOf({ apiVersion, kind, metadata }: KubeObject): ReportOwner {
  const { namespace, name, uid } = metadata;
  return { apiVersion, kind, ...(typeof namespace === "string" ? { namespace } : {}), name, uid };
}

function createdEvents(task: GenerateTask, { desired }: PreparedObject): readonly EventContent[] {
  const { apiVersion, kind, namespace, name } = desired.target;
  const made: ObjectReference = { apiVersion, kind, name, ...(namespace === "" ? {} : { namespace }) };
  const { key: _key, ...policy } = task.owner;
  const rule = task.kind === "rule" ? task.rule : task.owner.name;
  return [
    {
      controller: "kyverno-generate",
      regarding: made,
      reason: "PolicyApplied",
      action: "None",
      note: `Created ${kind} ${name} as a result of applying policy ${task.owner.name}/${rule}`,
    },
    {
      controller: "kyverno-generate",
      regarding: { ...policy, apiVersion: "kyverno.io/v1" },
      related: made,
      reason: "PolicyApplied",
      action: "Resource Generated",
      note: "resource generated",
    },
  ];
}

function failureEvent(task: GenerateTask, trigger: KubeObject, problem: string): EventContent {
  const { key: _key, ...policy } = task.owner;
  const { apiVersion, kind, metadata } = trigger;
  const { namespace, name, uid } = metadata;
  const rule = task.rule === "" ? "" : `/${task.rule}`;
  return {
    controller: "kyverno-generate",
    regarding: policy,
    related: {
      apiVersion,
      kind,
      ...(typeof namespace === "string" ? { namespace } : {}),
      name,
      ...(uid === "" ? {} : { uid }),
    },
    reason: "PolicyError",
    action: "None",
    note: `policy ${task.owner.name}${rule} error: ${problem}`,
  };
}
