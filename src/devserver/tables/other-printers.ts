import { isObject, listAt, mapAt, textAt, valueAt } from "../json/json.ts";
import type { JsonObject } from "../json/json.ts";
import type { TablePrinter } from "../resources/served-resource.ts";
import { ageOf, numberOf, orNone, orUnset, printer, selectorText } from "./printer.ts";

const createdAt = printer("Created At", (object) => [textAt(object, "metadata", "creationTimestamp")]);
const webhooks = printer("#Webhooks|Age", (object, nowMs) => [
  listAt(object, "webhooks").length,
  ageOf(object, nowMs),
]);

function subjectsText(object: JsonObject, kind: string): string {
  return listAt(object, "subjects")
    .filter((one) => textAt(one, "kind") === kind)
    .map((one) =>
      kind === "ServiceAccount" ? `${textAt(one, "namespace")}/${textAt(one, "name")}` : textAt(one, "name"),
    )
    .join(", ");
}

const binding = printer("Role|Age|+Users|+Groups|+ServiceAccounts", (object, nowMs) => [
  `${textAt(object, "roleRef", "kind")}/${textAt(object, "roleRef", "name")}`,
  ageOf(object, nowMs),
  subjectsText(object, "User"),
  subjectsText(object, "Group"),
  subjectsText(object, "ServiceAccount"),
]);

function paramKind(object: JsonObject): string {
  const kind = valueAt(object, "spec", "paramKind");
  return isObject(kind) ? `${textAt(kind, "apiVersion")}/${textAt(kind, "kind")}` : "<unset>";
}

const policyBinding = printer("PolicyName|ParamRef|Age", (object, nowMs) => {
  const ref = valueAt(object, "spec", "paramRef");
  const name = textAt(ref, "name");
  const namespace = textAt(ref, "namespace");
  const text = !isObject(ref)
    ? "<unset>"
    : name !== ""
      ? `${namespace === "" ? "*" : namespace}/${name}`
      : selectorText(ref["selector"]);
  return [textAt(object, "spec", "policyName"), text, ageOf(object, nowMs)];
});

function ingressHosts(object: JsonObject): string {
  const hosts = listAt(object, "spec", "rules").map((rule) => textAt(rule, "host"));
  const named = hosts.filter((host) => host !== "");
  return named.length === 0 ? "*" : shortened(named);
}

function shortened(texts: readonly string[]): string {
  const most = 3;
  return texts.length <= most
    ? texts.join(",")
    : `${texts.slice(0, most).join(",")} + ${texts.length - most} more...`;
}

function ingressAddress(object: JsonObject): string {
  return listAt(object, "status", "loadBalancer", "ingress")
    .map((one) => textAt(one, "ip") || textAt(one, "hostname"))
    .join(",");
}

const units: Readonly<Record<string, string>> = { cpu: "cpu", memory: "memory" };

function metricText(metric: unknown, status: JsonObject): string {
  const name = textAt(metric, "resource", "name");
  const target = valueAt(metric, "resource", "target");
  const utilization = valueAt(target, "averageUtilization");
  const current = listAt(status, "currentMetrics").find((one) => textAt(one, "resource", "name") === name);
  const now = valueAt(current, "resource", "current", "averageUtilization");
  const wanted =
    typeof utilization === "number"
      ? `${utilization}%`
      : textAt(target, "averageValue") || textAt(target, "value");
  return `${units[name] ?? name}: ${typeof now === "number" ? `${now}%` : "<unknown>"}/${wanted}`;
}

function versionText(version: unknown): string {
  const name = textAt(version, "name");
  return valueAt(version, "storage") === true ? `${name}(storage)` : name;
}

/** Kinds of the other groups. */
export const otherPrinters: Readonly<Record<string, TablePrinter>> = {
  APIService: printer("Service|Available|Age", (object, nowMs) => {
    const service = mapAt(object, "spec", "service");
    const name = `${textAt(service, "namespace")}/${textAt(service, "name")}`;
    const available = listAt(object, "status", "conditions").find(
      (one) => textAt(one, "type") === "Available",
    );
    return [
      Object.keys(service).length === 0 ? "Local" : name,
      textAt(available, "status") || "Unknown",
      ageOf(object, nowMs),
    ];
  }),
  HorizontalPodAutoscaler: printer("Reference|Targets|MinPods|MaxPods|Replicas|Age", (object, nowMs) => {
    const target = mapAt(object, "spec", "scaleTargetRef");
    const metrics = listAt(object, "spec", "metrics");
    const percent = valueAt(object, "spec", "targetCPUUtilizationPercentage");
    const texts = metrics.map((metric) => metricText(metric, mapAt(object, "status")));
    const old = typeof percent === "number" ? [`cpu: <unknown>/${percent}%`] : [];
    return [
      `${textAt(target, "kind")}/${textAt(target, "name")}`,
      orNone([...texts, ...old].join(", ")),
      orUnset(valueAt(object, "spec", "minReplicas")),
      numberOf(object, "spec", "maxReplicas"),
      numberOf(object, "status", "currentReplicas"),
      ageOf(object, nowMs),
    ];
  }),
  Ingress: printer("Class|Hosts|Address|Ports|Age", (object, nowMs) => [
    orNone(textAt(object, "spec", "ingressClassName")),
    ingressHosts(object),
    ingressAddress(object),
    listAt(object, "spec", "tls").length > 0 ? "80, 443" : "80",
    ageOf(object, nowMs),
  ]),
  IngressClass: printer("Controller|Parameters|Age", (object, nowMs) => {
    const parameters = mapAt(object, "spec", "parameters");
    const group = textAt(parameters, "apiGroup");
    const kind = group === "" ? textAt(parameters, "kind") : `${textAt(parameters, "kind")}.${group}`;
    return [
      textAt(object, "spec", "controller"),
      Object.keys(parameters).length === 0 ? "<none>" : `${kind}/${textAt(parameters, "name")}`,
      ageOf(object, nowMs),
    ];
  }),
  NetworkPolicy: printer("Pod-Selector|Age", (object, nowMs) => [
    selectorText(valueAt(object, "spec", "podSelector")),
    ageOf(object, nowMs),
  ]),
  PodDisruptionBudget: printer("Min Available|Max Unavailable|#Allowed Disruptions|Age", (object, nowMs) => {
    const shown = (name: string): string => {
      const value = valueAt(object, "spec", name);
      return typeof value === "string" || typeof value === "number" ? String(value) : "N/A";
    };
    return [
      shown("minAvailable"),
      shown("maxUnavailable"),
      numberOf(object, "status", "disruptionsAllowed"),
      ageOf(object, nowMs),
    ];
  }),
  Role: createdAt,
  ClusterRole: createdAt,
  RoleBinding: binding,
  ClusterRoleBinding: binding,
  StorageClass: printer(
    "Provisioner|ReclaimPolicy|VolumeBindingMode|AllowVolumeExpansion|Age",
    (object, nowMs) => [
      textAt(object, "provisioner"),
      textAt(object, "reclaimPolicy"),
      textAt(object, "volumeBindingMode"),
      object["allowVolumeExpansion"] === true,
      ageOf(object, nowMs),
    ],
  ),
  MutatingWebhookConfiguration: webhooks,
  ValidatingWebhookConfiguration: webhooks,
  ValidatingAdmissionPolicy: printer("#Validations|ParamKind|Age", (object, nowMs) => [
    listAt(object, "spec", "validations").length,
    paramKind(object),
    ageOf(object, nowMs),
  ]),
  MutatingAdmissionPolicy: printer("#Mutations|ParamKind|Age", (object, nowMs) => [
    listAt(object, "spec", "mutations").length,
    paramKind(object),
    ageOf(object, nowMs),
  ]),
  ValidatingAdmissionPolicyBinding: policyBinding,
  MutatingAdmissionPolicyBinding: policyBinding,
  CustomResourceDefinition: printer(
    "Scope|Versions|Created At|+Group|+Kind|+ShortNames|+Established",
    (object) => [
      textAt(object, "spec", "scope"),
      listAt(object, "spec", "versions").map(versionText).join(","),
      textAt(object, "metadata", "creationTimestamp"),
      textAt(object, "spec", "group"),
      textAt(object, "spec", "names", "kind"),
      listAt(object, "spec", "names", "shortNames").map(String).join(","),
      listAt(object, "status", "conditions").some(
        (one) => textAt(one, "type") === "Established" && textAt(one, "status") === "True",
      ),
    ],
  ),
  PriorityClass: printer("#Value|Global-Default|Age|PreemptionPolicy", (object, nowMs) => [
    numberOf(object, "value"),
    object["globalDefault"] === true,
    ageOf(object, nowMs),
    textAt(object, "preemptionPolicy"),
  ]),
  Lease: printer("Holder|Age", (object, nowMs) => [
    textAt(object, "spec", "holderIdentity"),
    ageOf(object, nowMs),
  ]),
  RuntimeClass: printer("Handler|Age", (object, nowMs) => [textAt(object, "handler"), ageOf(object, nowMs)]),
  EndpointSlice: printer("AddressType|Ports|Endpoints|Age", (object, nowMs) => {
    const ports = listAt(object, "ports").map((port) => String(numberOf(port, "port") || "*"));
    const addresses = listAt(object, "endpoints").flatMap((one) => listAt(one, "addresses").map(String));
    return [
      textAt(object, "addressType"),
      ports.length === 0 ? "<unset>" : shortened(ports),
      addresses.length === 0 ? "<unset>" : shortened(addresses),
      ageOf(object, nowMs),
    ];
  }),
};
