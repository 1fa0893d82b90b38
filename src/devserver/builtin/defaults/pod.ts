import type { Draft } from "../../json/json.ts";
import { fieldOf, isObject, textAt } from "../../json/json.ts";
import { childOf, childrenOf, madeChild, setDefault } from "./set-default.ts";

const defaultFileMode = 0o644;

/** Defaults of a pod template's spec and of a pod's. */
export function defaultPodSpec(spec: Draft): void {
  setDefault(spec, "restartPolicy", "Always");
  setDefault(spec, "dnsPolicy", "ClusterFirst");
  setDefault(spec, "schedulerName", "default-scheduler");
  setDefault(spec, "terminationGracePeriodSeconds", 30);
  setDefault(spec, "securityContext", {});
  if (textAt(spec, "serviceAccountName") !== "")
    setDefault(spec, "serviceAccount", spec["serviceAccountName"]);
  else if (textAt(spec, "serviceAccount") !== "") spec["serviceAccountName"] = spec["serviceAccount"];
  const onHostNetwork = spec["hostNetwork"] === true;
  for (const list of ["initContainers", "containers", "ephemeralContainers"]) {
    for (const container of childrenOf(spec, list)) defaultContainer(container, onHostNetwork);
  }
  for (const volume of childrenOf(spec, "volumes")) defaultVolume(volume);
  for (const constraint of childrenOf(spec, "topologySpreadConstraints")) {
    if (isObject(constraint["labelSelector"])) continue;
    setDefault(constraint, "whenUnsatisfiable", "DoNotSchedule");
  }
}

/** What a pod gets beside its spec's defaults, from admission plug-ins that are on by default and from its type. */
export function defaultPod(pod: Draft): void {
  const spec = madeChild(pod, "spec");
  setDefault(spec, "enableServiceLinks", true);
  setDefault(spec, "priority", 0);
  setDefault(spec, "preemptionPolicy", "PreemptLowerPriority");
  defaultPodSpec(spec);
  const tolerations = childrenOf(spec, "tolerations");
  const added = ["not-ready", "unreachable"]
    .map((name) => `node.kubernetes.io/${name}`)
    .filter((key) => !tolerations.some((one) => toleratesNoExecute(one, key)))
    .map((key) => ({ key, operator: "Exists", effect: "NoExecute", tolerationSeconds: 300 }));
  if (added.length > 0) spec["tolerations"] = [...tolerations, ...added];
}

function toleratesNoExecute(toleration: Draft, key: string): boolean {
  const itsKey = textAt(toleration, "key");
  const effect = textAt(toleration, "effect");
  return (itsKey === key || itsKey === "") && (effect === "NoExecute" || effect === "");
}

function defaultContainer(container: Draft, onHostNetwork: boolean): void {
  setDefault(container, "terminationMessagePath", "/dev/termination-log");
  setDefault(container, "terminationMessagePolicy", "File");
  const image = textAt(container, "image");
  const name = image.slice(image.lastIndexOf("/") + 1);
  const isLatest = !name.includes("@") && (!name.includes(":") || name.endsWith(":latest"));
  setDefault(container, "imagePullPolicy", isLatest ? "Always" : "IfNotPresent");
  for (const port of childrenOf(container, "ports")) {
    setDefault(port, "protocol", "TCP");
    if (onHostNetwork) setDefault(port, "hostPort", port["containerPort"]);
  }
  const resources = childOf(container, "resources");
  const limits = childOf(resources, "limits");
  if (resources !== undefined && limits !== undefined) {
    const requests = madeChild(resources, "requests");
    for (const [resource, amount] of Object.entries(limits)) setDefault(requests, resource, amount);
  }
  for (const probe of ["livenessProbe", "readinessProbe", "startupProbe"])
    defaultProbe(childOf(container, probe));
  const lifecycle = childOf(container, "lifecycle");
  for (const hook of ["postStart", "preStop"]) defaultHandler(childOf(lifecycle, hook));
  for (const variable of childrenOf(container, "env")) {
    const fieldRef = childOf(childOf(variable, "valueFrom"), "fieldRef");
    if (fieldRef !== undefined) setDefault(fieldRef, "apiVersion", "v1");
    const resourceRef = childOf(childOf(variable, "valueFrom"), "resourceFieldRef");
    if (resourceRef !== undefined) setDefault(resourceRef, "divisor", "0");
  }
}

function defaultProbe(probe: Draft | undefined): void {
  if (probe === undefined) return;
  setDefault(probe, "timeoutSeconds", 1);
  setDefault(probe, "periodSeconds", 10);
  setDefault(probe, "successThreshold", 1);
  setDefault(probe, "failureThreshold", 3);
  const grpc = childOf(probe, "grpc");
  if (grpc !== undefined) setDefault(grpc, "service", "");
  defaultHandler(probe);
}

function defaultHandler(handler: Draft | undefined): void {
  const http = childOf(handler, "httpGet");
  if (http === undefined) return;
  setDefault(http, "path", "/");
  setDefault(http, "scheme", "HTTP");
}

function defaultVolume(volume: Draft): void {
  if (Object.keys(volume).every((name) => name === "name")) volume["emptyDir"] = {};
  for (const source of ["configMap", "secret", "downwardAPI", "projected"]) {
    const child = childOf(volume, source);
    if (child !== undefined) setDefault(child, "defaultMode", defaultFileMode);
  }
  const hostPath = childOf(volume, "hostPath");
  if (hostPath !== undefined) setDefault(hostPath, "type", "");
  const projected = childrenOf(childOf(volume, "projected"), "sources");
  for (const source of projected) {
    const token = childOf(source, "serviceAccountToken");
    if (token !== undefined) setDefault(token, "expirationSeconds", 3607);
  }
  const downward = [
    childOf(volume, "downwardAPI"),
    ...projected.map((source) => childOf(source, "downwardAPI")),
  ];
  for (const item of downward.flatMap((source) => childrenOf(source, "items"))) {
    const fieldRef = childOf(item, "fieldRef");
    if (fieldRef !== undefined) setDefault(fieldRef, "apiVersion", "v1");
  }
}

/** The quality of service class: from what the containers ask for and are held to. */
export function qosClassOf(spec: unknown): "Guaranteed" | "Burstable" | "BestEffort" {
  const containers = ["initContainers", "containers"].flatMap((list) => childrenOf(spec as Draft, list));
  const resources = containers.map((container) => childOf(container, "resources"));
  const names = ["cpu", "memory"];
  const anything = resources.some((one) =>
    ["limits", "requests"].some((part) =>
      names.some((name) => fieldOf(childOf(one, part), name) !== undefined),
    ),
  );
  if (!anything) return "BestEffort";
  const guaranteed = resources.every((one) =>
    names.every((name) => {
      const limit = fieldOf(childOf(one, "limits"), name);
      const request = fieldOf(childOf(one, "requests"), name);
      return limit !== undefined && (request === undefined || request === limit);
    }),
  );
  return guaranteed ? "Guaranteed" : "Burstable";
}
