import { isObject, listAt, textAt, valueAt } from "../json/json.ts";
import type { JsonObject } from "../json/json.ts";
import { ageText } from "./age.ts";
import { ageOf, numberOf, orNone, printer } from "./printer.ts";

function isReady(status: unknown): boolean {
  return isObject(status) && status["ready"] === true;
}

function exitText(terminated: unknown): string {
  const reason = textAt(terminated, "reason");
  if (reason !== "") return reason;
  const signal = numberOf(terminated, "signal");
  return signal !== 0 ? `Signal:${signal}` : `ExitCode:${numberOf(terminated, "exitCode")}`;
}

/** The first init container that is not done says how far the pod is. */
function initText(object: JsonObject): string | undefined {
  const statuses = listAt(object, "status", "initContainerStatuses");
  const total = listAt(object, "spec", "initContainers").length;
  for (const [i, status] of statuses.entries()) {
    const terminated = valueAt(status, "state", "terminated");
    const waiting = textAt(status, "state", "waiting", "reason");
    if (terminated !== undefined && numberOf(terminated, "exitCode") === 0) continue;
    if (isObject(status) && status["started"] === true && isSidecar(object, textAt(status, "name"))) continue;
    if (terminated !== undefined) return `Init:${exitText(terminated)}`;
    if (waiting !== "" && waiting !== "PodInitializing") return `Init:${waiting}`;
    return `Init:${i}/${total}`;
  }
  return undefined;
}

function isSidecar(object: JsonObject, name: string): boolean {
  return listAt(object, "spec", "initContainers").some(
    (one) => textAt(one, "name") === name && textAt(one, "restartPolicy") === "Always",
  );
}

/** What the column STATUS says of a pod. */
function statusText(object: JsonObject): string {
  let reason = textAt(object, "status", "reason") || textAt(object, "status", "phase");
  const gated = listAt(object, "status", "conditions").find(
    (one) => textAt(one, "type") === "PodScheduled" && textAt(one, "reason") === "SchedulingGated",
  );
  if (gated !== undefined) reason = "SchedulingGated";
  const init = initText(object);
  if (init !== undefined) reason = init;
  else {
    let anyRuns = false;
    for (const status of listAt(object, "status", "containerStatuses").toReversed()) {
      const waiting = textAt(status, "state", "waiting", "reason");
      const terminated = valueAt(status, "state", "terminated");
      if (waiting !== "") reason = waiting;
      else if (terminated !== undefined) reason = exitText(terminated);
      else if (isReady(status) && valueAt(status, "state", "running") !== undefined) anyRuns = true;
    }
    if (reason === "Completed" && anyRuns) reason = "Running";
  }
  if (textAt(object, "metadata", "deletionTimestamp") === "") return reason;
  return textAt(object, "status", "reason") === "NodeLost" ? "Unknown" : "Terminating";
}

function restartsText(object: JsonObject, nowMs: number): string {
  const statuses = listAt(object, "status", "containerStatuses");
  const count = statuses.reduce<number>((sum, status) => sum + numberOf(status, "restartCount"), 0);
  const last = statuses
    .map((status) => textAt(status, "lastState", "terminated", "finishedAt"))
    .toSorted()
    .at(-1);
  return count === 0 || last === undefined || last === ""
    ? String(count)
    : `${count} (${ageText(last, nowMs)} ago)`;
}

export const podPrinter = printer(
  "Ready|Status|Restarts|Age|+IP|+Node|+Nominated Node|+Readiness Gates",
  (object, nowMs) => {
    const containers = listAt(object, "spec", "containers").length;
    const ready = listAt(object, "status", "containerStatuses").filter(isReady).length;
    const gates = listAt(object, "spec", "readinessGates");
    const met = gates.filter((gate) =>
      listAt(object, "status", "conditions").some(
        (one) => textAt(one, "type") === textAt(gate, "conditionType") && textAt(one, "status") === "True",
      ),
    );
    return [
      `${ready}/${containers}`,
      statusText(object),
      restartsText(object, nowMs),
      ageOf(object, nowMs),
      orNone(textAt(object, "status", "podIP")),
      orNone(textAt(object, "spec", "nodeName")),
      orNone(textAt(object, "status", "nominatedNodeName")),
      gates.length === 0 ? "<none>" : `${met.length}/${gates.length}`,
    ];
  },
);
