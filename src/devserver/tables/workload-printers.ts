import { isObject, listAt, textAt, valueAt } from "../json/json.ts";
import type { JsonObject } from "../json/json.ts";
import type { TablePrinter } from "../resources/served-resource.ts";
import { ageText, durationText } from "./age.ts";
import { ageOf, containerTexts, numberOf, orNone, pairsText, printer, selectorText } from "./printer.ts";

const templateSpec = (object: JsonObject): unknown => valueAt(object, "spec", "template", "spec");

const replicaSet = printer("#Desired|#Current|#Ready|Age|+Containers|+Images|+Selector", (object, nowMs) => [
  numberOf(object, "spec", "replicas"),
  numberOf(object, "status", "replicas"),
  numberOf(object, "status", "readyReplicas"),
  ageOf(object, nowMs),
  ...containerTexts(templateSpec(object)),
  selectorText(valueAt(object, "spec", "selector")),
]);

function jobStatus(object: JsonObject): string {
  const isTrue = (type: string): boolean =>
    listAt(object, "status", "conditions").some(
      (one) => textAt(one, "type") === type && textAt(one, "status") === "True",
    );
  if (isTrue("Complete")) return "Complete";
  if (isTrue("Failed")) return "Failed";
  if (textAt(object, "metadata", "deletionTimestamp") !== "") return "Terminating";
  if (isTrue("Suspended")) return "Suspended";
  if (isTrue("FailureTarget")) return "FailureTarget";
  return isTrue("SuccessCriteriaMet") ? "SuccessCriteriaMet" : "Running";
}

function jobCompletions(object: JsonObject): string {
  const done = numberOf(object, "status", "succeeded");
  const wanted = valueAt(object, "spec", "completions");
  if (typeof wanted === "number") return `${done}/${wanted}`;
  const parallelism = numberOf(object, "spec", "parallelism");
  return parallelism > 1 ? `${done}/1 of ${parallelism}` : `${done}/1`;
}

function jobDuration(object: JsonObject, nowMs: number): string {
  const start = Date.parse(textAt(object, "status", "startTime"));
  if (Number.isNaN(start)) return "";
  const end = Date.parse(textAt(object, "status", "completionTime"));
  return durationText((Number.isNaN(end) ? nowMs : end) - start);
}

/** Workloads but pods. */
export const workloadPrinters: Readonly<Record<string, TablePrinter>> = {
  Deployment: printer("Ready|Up-to-date|Available|Age|+Containers|+Images|+Selector", (object, nowMs) => [
    `${numberOf(object, "status", "readyReplicas")}/${numberOf(object, "spec", "replicas")}`,
    numberOf(object, "status", "updatedReplicas"),
    numberOf(object, "status", "availableReplicas"),
    ageOf(object, nowMs),
    ...containerTexts(templateSpec(object)),
    selectorText(valueAt(object, "spec", "selector")),
  ]),
  ReplicaSet: replicaSet,
  ReplicationController: printer(
    "#Desired|#Current|#Ready|Age|+Containers|+Images|+Selector",
    (object, nowMs) => [
      ...replicaSet.cells(object, nowMs).slice(1, -1),
      pairsText(valueAt(object, "spec", "selector")),
    ],
  ),
  StatefulSet: printer("Ready|Age|+Containers|+Images", (object, nowMs) => [
    `${numberOf(object, "status", "readyReplicas")}/${numberOf(object, "spec", "replicas")}`,
    ageOf(object, nowMs),
    ...containerTexts(templateSpec(object)),
  ]),
  DaemonSet: printer(
    "#Desired|#Current|#Ready|#Up-to-date|#Available|Node Selector|Age|+Containers|+Images|+Selector",
    (object, nowMs) => [
      numberOf(object, "status", "desiredNumberScheduled"),
      numberOf(object, "status", "currentNumberScheduled"),
      numberOf(object, "status", "numberReady"),
      numberOf(object, "status", "updatedNumberScheduled"),
      numberOf(object, "status", "numberAvailable"),
      pairsText(valueAt(templateSpec(object), "nodeSelector")),
      ageOf(object, nowMs),
      ...containerTexts(templateSpec(object)),
      selectorText(valueAt(object, "spec", "selector")),
    ],
  ),
  Job: printer("Status|Completions|Duration|Age|+Containers|+Images|+Selector", (object, nowMs) => [
    jobStatus(object),
    jobCompletions(object),
    jobDuration(object, nowMs),
    ageOf(object, nowMs),
    ...containerTexts(templateSpec(object)),
    selectorText(valueAt(object, "spec", "selector")),
  ]),
  CronJob: printer(
    "Schedule|Timezone|Suspend|#Active|Last Schedule|Age|+Containers|+Images|+Selector",
    (object, nowMs) => {
      const last = textAt(object, "status", "lastScheduleTime");
      const job = valueAt(object, "spec", "jobTemplate", "spec");
      return [
        textAt(object, "spec", "schedule"),
        orNone(textAt(object, "spec", "timeZone")),
        valueAt(object, "spec", "suspend") === true ? "True" : "False",
        listAt(object, "status", "active").length,
        last === "" ? "<none>" : ageText(last, nowMs),
        ageOf(object, nowMs),
        ...containerTexts(valueAt(job, "template", "spec")),
        selectorText(valueAt(job, "selector")),
      ];
    },
  ),
  ControllerRevision: printer("Controller|Revision|Age", (object, nowMs) => {
    const owner = listAt(object, "metadata", "ownerReferences").find(
      (one) => isObject(one) && one["controller"] === true,
    );
    const [group = ""] = textAt(owner, "apiVersion").split("/");
    const name = `${textAt(owner, "kind").toLowerCase()}.${group}/${textAt(owner, "name")}`;
    return [owner === undefined ? "<none>" : name, numberOf(object, "revision"), ageOf(object, nowMs)];
  }),
  PodTemplate: printer("Containers|Images|Pod Labels", (object) => [
    ...containerTexts(valueAt(object, "template", "spec")),
    pairsText(valueAt(object, "template", "metadata", "labels")),
  ]),
};
