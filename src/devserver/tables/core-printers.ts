import { isObject, listAt, mapAt, textAt, valueAt } from "../json/json.ts";
import type { JsonObject } from "../json/json.ts";
import type { TablePrinter } from "../resources/served-resource.ts";
import { ageText } from "./age.ts";
import { ageOf, freePrinter, numberOf, orNone, orUnset, pairsText, printer } from "./printer.ts";

const rolePrefix = "node-role.kubernetes.io/";

function nodeStatus(object: JsonObject): string {
  const ready = listAt(object, "status", "conditions").find((one) => textAt(one, "type") === "Ready");
  const state = ready === undefined ? "Unknown" : textAt(ready, "status") === "True" ? "Ready" : "NotReady";
  return valueAt(object, "spec", "unschedulable") === true ? `${state},SchedulingDisabled` : state;
}

function nodeAddress(object: JsonObject, type: string): string {
  const found = listAt(object, "status", "addresses").find((one) => textAt(one, "type") === type);
  return orNone(textAt(found, "address"));
}

function endpointsText(object: JsonObject): string {
  const all = listAt(object, "subsets").flatMap((subset) => {
    const ports = listAt(subset, "ports");
    return listAt(subset, "addresses").flatMap((address) =>
      ports.length === 0
        ? [textAt(address, "ip")]
        : ports.map((port) => `${textAt(address, "ip")}:${numberOf(port, "port")}`),
    );
  });
  const most = 3;
  if (all.length === 0) return "<none>";
  return all.length <= most
    ? all.join(",")
    : `${all.slice(0, most).join(",")} + ${all.length - most} more...`;
}

function externalAddresses(object: JsonObject): string {
  const given = listAt(object, "spec", "externalIPs").map(String);
  switch (textAt(object, "spec", "type")) {
    case "ExternalName":
      return textAt(object, "spec", "externalName");
    case "LoadBalancer": {
      const ingress = listAt(object, "status", "loadBalancer", "ingress");
      const addresses = ingress.map((one) => textAt(one, "ip") || textAt(one, "hostname"));
      const all = [...addresses, ...given];
      return all.length === 0 ? "<pending>" : all.join(",");
    }
    default:
      return orNone(given.join(","));
  }
}

function portsText(object: JsonObject): string {
  const ports = listAt(object, "spec", "ports").map((port) => {
    const node = numberOf(port, "nodePort");
    return `${numberOf(port, "port")}${node === 0 ? "" : `:${node}`}/${textAt(port, "protocol")}`;
  });
  return orNone(ports.join(","));
}

const modes: Readonly<Record<string, string>> = {
  ReadWriteOnce: "RWO",
  ReadOnlyMany: "ROX",
  ReadWriteMany: "RWX",
  ReadWriteOncePod: "RWOP",
};

function modesText(list: readonly unknown[]): string {
  return list.map((mode) => modes[String(mode)] ?? "").join(",");
}

function eventCells(object: JsonObject, nowMs: number): readonly unknown[] {
  const regarding = mapAt(object, "involvedObject");
  const created = textAt(object, "eventTime") || textAt(object, "metadata", "creationTimestamp");
  const first = textAt(object, "firstTimestamp") || created;
  const last = textAt(object, "series", "lastObservedTime") || textAt(object, "lastTimestamp") || first;
  const source = [textAt(object, "source", "component"), textAt(object, "source", "host")].filter(Boolean);
  const count = numberOf(object, "series", "count") || numberOf(object, "count") || 1;
  return [
    ageText(last, nowMs),
    textAt(object, "type"),
    textAt(object, "reason"),
    `${textAt(regarding, "kind").toLowerCase()}/${textAt(regarding, "name")}`,
    textAt(regarding, "fieldPath"),
    source.length > 0 ? source.join(", ") : textAt(object, "reportingComponent"),
    textAt(object, "message").trim(),
    ageText(first, nowMs),
    count,
    textAt(object, "metadata", "name"),
  ];
}

function quotaText(hard: JsonObject, used: JsonObject, isLimit: boolean): string {
  return Object.keys(hard)
    .filter((name) => name.startsWith("limits.") === isLimit)
    .toSorted()
    .map((name) => `${name}: ${textAt(used, name) || "0"}/${String(hard[name])}`)
    .join(", ");
}

/** Kinds of the core group but pods and workloads. */
export const corePrinters: Readonly<Record<string, TablePrinter>> = {
  Namespace: printer("Status|Age", (object, nowMs) => [
    textAt(object, "status", "phase"),
    ageOf(object, nowMs),
  ]),
  ConfigMap: printer("Data|Age", (object, nowMs) => [
    Object.keys(mapAt(object, "data")).length + Object.keys(mapAt(object, "binaryData")).length,
    ageOf(object, nowMs),
  ]),
  Secret: printer("Type|Data|Age", (object, nowMs) => [
    textAt(object, "type"),
    Object.keys(mapAt(object, "data")).length,
    ageOf(object, nowMs),
  ]),
  ServiceAccount: printer("Age", (object, nowMs) => [ageOf(object, nowMs)]),
  Endpoints: printer("Endpoints|Age", (object, nowMs) => [endpointsText(object), ageOf(object, nowMs)]),
  Service: printer("Type|Cluster-IP|External-IP|Port(s)|Age|+Selector", (object, nowMs) => [
    textAt(object, "spec", "type"),
    orNone(textAt(object, "spec", "clusterIP")),
    externalAddresses(object),
    portsText(object),
    ageOf(object, nowMs),
    pairsText(valueAt(object, "spec", "selector")),
  ]),
  Node: printer(
    "Status|Roles|Age|Version|+Internal-IP|+External-IP|+OS-Image|+Kernel-Version|+Container-Runtime",
    (object, nowMs) => {
      const info = mapAt(object, "status", "nodeInfo");
      const roles = Object.keys(mapAt(object, "metadata", "labels"))
        .filter((label) => label.startsWith(rolePrefix))
        .map((label) => label.slice(rolePrefix.length));
      const known = (name: string): string => textAt(info, name) || "<unknown>";
      return [
        nodeStatus(object),
        orNone(roles.toSorted().join(",")),
        ageOf(object, nowMs),
        textAt(info, "kubeletVersion"),
        nodeAddress(object, "InternalIP"),
        nodeAddress(object, "ExternalIP"),
        known("osImage"),
        known("kernelVersion"),
        known("containerRuntimeVersion"),
      ];
    },
  ),
  PersistentVolumeClaim: printer(
    "Status|Volume|Capacity|Access Modes|StorageClass|VolumeAttributesClass|Age|+VolumeMode",
    (object, nowMs) => [
      textAt(object, "metadata", "deletionTimestamp") === ""
        ? textAt(object, "status", "phase")
        : "Terminating",
      textAt(object, "spec", "volumeName"),
      textAt(object, "status", "capacity", "storage"),
      modesText(listAt(object, "status", "accessModes")),
      textAt(object, "spec", "storageClassName"),
      orUnset(valueAt(object, "spec", "volumeAttributesClassName")),
      ageOf(object, nowMs),
      orUnset(valueAt(object, "spec", "volumeMode")),
    ],
  ),
  PersistentVolume: printer(
    "Capacity|Access Modes|Reclaim Policy|Status|Claim|StorageClass|VolumeAttributesClass|Reason|Age|+VolumeMode",
    (object, nowMs) => {
      const claim = mapAt(object, "spec", "claimRef");
      return [
        textAt(object, "spec", "capacity", "storage"),
        modesText(listAt(object, "spec", "accessModes")),
        textAt(object, "spec", "persistentVolumeReclaimPolicy"),
        textAt(object, "metadata", "deletionTimestamp") === ""
          ? textAt(object, "status", "phase")
          : "Terminating",
        Object.keys(claim).length === 0 ? "" : `${textAt(claim, "namespace")}/${textAt(claim, "name")}`,
        textAt(object, "spec", "storageClassName"),
        orUnset(valueAt(object, "spec", "volumeAttributesClassName")),
        textAt(object, "status", "reason"),
        ageOf(object, nowMs),
        orUnset(valueAt(object, "spec", "volumeMode")),
      ];
    },
  ),
  LimitRange: printer("Created At", (object) => [textAt(object, "metadata", "creationTimestamp")]),
  ResourceQuota: printer("Request|Limit|Age", (object, nowMs) => {
    const hard = mapAt(object, "status", "hard");
    const shown = Object.keys(hard).length > 0 ? hard : mapAt(object, "spec", "hard");
    const used = mapAt(object, "status", "used");
    return [quotaText(shown, used, false), quotaText(shown, used, true), ageOf(object, nowMs)];
  }),
  Event: freePrinter(
    "Last Seen|Type|Reason|Object|+Subobject|+Source|Message|+First Seen|+Count|+Name",
    (object, nowMs) => eventCells(isCore(object) ? object : toCore(object), nowMs),
  ),
};

function isCore(object: JsonObject): boolean {
  return isObject(object["involvedObject"]);
}

/** The columns are the same for both groups. */
function toCore(object: JsonObject): JsonObject {
  return {
    ...object,
    involvedObject: object["regarding"] ?? {},
    message: object["note"] ?? "",
    reportingComponent: object["reportingController"] ?? "",
    source: object["deprecatedSource"] ?? {},
    firstTimestamp: object["deprecatedFirstTimestamp"],
    lastTimestamp: object["deprecatedLastTimestamp"],
    count: object["deprecatedCount"],
  };
}
