import { draftOf, isObject, mapAt, textAt, valueAt } from "../json/json.ts";
import type { Draft, JsonObject } from "../json/json.ts";
import type { ServedResource } from "./served-resource.ts";

type Conversion = Pick<ServedResource, "fromStored" | "toStored">;

const same: Conversion = { fromStored: (object) => object, toStored: (object) => object };

/** Between two versions of a custom kind, which differ in their name only. */
export function renamingConversion(servedAs: string, storedAs: string): Conversion {
  if (servedAs === storedAs) return same;
  return {
    fromStored: (object) => ({ ...object, apiVersion: servedAs }),
    toStored: (object) => ({ ...object, apiVersion: storedAs }),
  };
}

const conversions: Readonly<Record<string, Conversion>> = {
  "events.k8s.io/v1/events": { fromStored: coreToEvents, toStored: eventsToCore },
  "autoscaling/v1/horizontalpodautoscalers": { fromStored: v2ToV1, toStored: v1ToV2 },
};

/** The conversion of a built-in resource: `group/version/resource`. */
export function conversionOf(path: string): Conversion {
  return conversions[path] ?? same;
}

function renamed(object: JsonObject, names: Readonly<Record<string, string>>): Draft {
  return Object.fromEntries(
    Object.entries(draftOf(object)).map(([name, value]) => [
      Object.hasOwn(names, name) ? (names[name] ?? name) : name,
      value,
    ]),
  );
}

const eventNames: Readonly<Record<string, string>> = {
  involvedObject: "regarding",
  message: "note",
  reportingComponent: "reportingController",
  source: "deprecatedSource",
  firstTimestamp: "deprecatedFirstTimestamp",
  lastTimestamp: "deprecatedLastTimestamp",
  count: "deprecatedCount",
};
const coreNames = Object.fromEntries(Object.entries(eventNames).map(([core, events]) => [events, core]));

function coreToEvents(object: JsonObject): JsonObject {
  const event = renamed(object, eventNames);
  if (event["reportingController"] === "") delete event["reportingController"];
  if (event["reportingInstance"] === "") delete event["reportingInstance"];
  return { ...event, apiVersion: "events.k8s.io/v1" };
}

function eventsToCore(object: Draft): Draft {
  return {
    involvedObject: {},
    source: {},
    firstTimestamp: null,
    lastTimestamp: null,
    reportingComponent: "",
    reportingInstance: "",
    ...renamed(object, coreNames),
    apiVersion: "v1",
  };
}

const restAnnotation = "autoscaling.alpha.kubernetes.io/metrics";

/** Version 1 knows one metric, the use of CPU; the others travel in an annotation. */
function v2ToV1(object: JsonObject): JsonObject {
  const { metrics, behavior: _behavior, ...spec } = draftOf(object["spec"]);
  const all: readonly unknown[] = Array.isArray(metrics) ? metrics : [];
  const isCpu = (metric: unknown): boolean =>
    textAt(metric, "type") === "Resource" &&
    textAt(metric, "resource", "name") === "cpu" &&
    valueAt(metric, "resource", "target", "averageUtilization") !== undefined;
  const cpu = all.find(isCpu);
  const rest = all.filter((metric) => metric !== cpu);
  const metadata = draftOf(object["metadata"]);
  if (rest.length > 0) {
    metadata["annotations"] = { ...mapAt(metadata, "annotations"), [restAnnotation]: JSON.stringify(rest) };
  }
  const { currentMetrics: _metrics, conditions: _conditions, ...status } = draftOf(object["status"]);
  return {
    ...object,
    apiVersion: "autoscaling/v1",
    metadata,
    spec: {
      ...spec,
      ...(cpu === undefined
        ? {}
        : { targetCPUUtilizationPercentage: valueAt(cpu, "resource", "target", "averageUtilization") }),
    },
    status: { currentReplicas: 0, desiredReplicas: 0, ...status },
  };
}

function v1ToV2(object: Draft): Draft {
  const { targetCPUUtilizationPercentage: percent, ...spec } = draftOf(object["spec"]);
  const metadata = draftOf(object["metadata"]);
  const annotations = draftOf(metadata["annotations"]);
  const rest: unknown = annotations[restAnnotation];
  delete annotations[restAnnotation];
  if (isObject(metadata["annotations"])) metadata["annotations"] = annotations;
  const cpu = {
    type: "Resource",
    resource: { name: "cpu", target: { type: "Utilization", averageUtilization: percent } },
  };
  const metrics = [
    ...(percent === undefined ? [] : [cpu]),
    ...(typeof rest === "string" ? (JSON.parse(rest) as unknown[]) : []),
  ];
  return {
    ...object,
    apiVersion: "autoscaling/v2",
    metadata,
    spec: { ...spec, ...(metrics.length === 0 ? {} : { metrics }) },
  };
}
