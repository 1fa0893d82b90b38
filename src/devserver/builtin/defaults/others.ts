import type { Draft } from "../../json/json.ts";
import { fieldOf, textAt } from "../../json/json.ts";
import { childOf, childrenOf, madeChild, setDefault } from "./set-default.ts";

const rbacGroup = "rbac.authorization.k8s.io";

export function defaultService(object: Draft): void {
  const spec = madeChild(object, "spec");
  setDefault(spec, "type", "ClusterIP");
  setDefault(spec, "sessionAffinity", "None");
  for (const port of childrenOf(spec, "ports")) {
    setDefault(port, "protocol", "TCP");
    if (port["targetPort"] === undefined || port["targetPort"] === 0 || port["targetPort"] === "") {
      port["targetPort"] = port["port"];
    }
  }
  if (spec["type"] === "ExternalName") return;
  setDefault(spec, "internalTrafficPolicy", "Cluster");
  setDefault(spec, "ipFamilies", ["IPv4"]);
  setDefault(spec, "ipFamilyPolicy", "SingleStack");
  if (spec["sessionAffinity"] === "ClientIP") {
    setDefault(madeChild(madeChild(spec, "sessionAffinityConfig"), "clientIP"), "timeoutSeconds", 10_800);
  }
  if (spec["type"] === "ClusterIP") return;
  setDefault(spec, "externalTrafficPolicy", "Cluster");
  if (spec["type"] === "LoadBalancer") setDefault(spec, "allocateLoadBalancerNodePorts", true);
}

export function defaultSecret(object: Draft): void {
  setDefault(object, "type", "Opaque");
  const texts = childOf(object, "stringData");
  if (texts === undefined) return;
  const data = madeChild(object, "data");
  for (const [name, text] of Object.entries(texts)) data[name] = Buffer.from(String(text)).toString("base64");
  delete object["stringData"];
}

export function defaultNetworkPolicy(object: Draft): void {
  const spec = madeChild(object, "spec");
  setDefault(spec, "policyTypes", ["Ingress", ...(childrenOf(spec, "egress").length > 0 ? ["Egress"] : [])]);
  for (const rule of [...childrenOf(spec, "ingress"), ...childrenOf(spec, "egress")]) {
    for (const port of childrenOf(rule, "ports")) setDefault(port, "protocol", "TCP");
  }
}

export function defaultAutoscaler(object: Draft): void {
  const spec = madeChild(object, "spec");
  setDefault(spec, "minReplicas", 1);
  setDefault(spec, "metrics", [
    { type: "Resource", resource: { name: "cpu", target: { type: "Utilization", averageUtilization: 80 } } },
  ]);
}

export function defaultClaim(object: Draft): void {
  setDefault(madeChild(object, "spec"), "volumeMode", "Filesystem");
  setDefault(madeChild(object, "status"), "phase", "Pending");
}

export function defaultVolume(object: Draft): void {
  const spec = madeChild(object, "spec");
  setDefault(spec, "persistentVolumeReclaimPolicy", "Retain");
  setDefault(spec, "volumeMode", "Filesystem");
  const hostPath = childOf(spec, "hostPath");
  if (hostPath !== undefined) setDefault(hostPath, "type", "");
  const claim = childOf(spec, "claimRef");
  if (claim !== undefined) setDefault(claim, "kind", "PersistentVolumeClaim");
  setDefault(madeChild(object, "status"), "phase", "Pending");
}

export function defaultStorageClass(object: Draft): void {
  setDefault(object, "reclaimPolicy", "Delete");
  setDefault(object, "volumeBindingMode", "Immediate");
}

export function defaultBinding(object: Draft): void {
  const roleRef = madeChild(object, "roleRef");
  setDefault(roleRef, "apiGroup", rbacGroup);
  if (roleRef["apiGroup"] === "") roleRef["apiGroup"] = rbacGroup;
  for (const subject of childrenOf(object, "subjects")) {
    if (textAt(subject, "kind") !== "ServiceAccount") setDefault(subject, "apiGroup", rbacGroup);
  }
}

export function defaultEndpoints(object: Draft): void {
  for (const subset of childrenOf(object, "subsets")) {
    for (const port of childrenOf(subset, "ports")) setDefault(port, "protocol", "TCP");
  }
}

export function defaultEndpointSlice(object: Draft): void {
  for (const port of childrenOf(object, "ports")) {
    setDefault(port, "name", "");
    setDefault(port, "protocol", "TCP");
  }
}

export function defaultPriorityClass(object: Draft): void {
  setDefault(object, "preemptionPolicy", "PreemptLowerPriority");
}

export function defaultLimitRange(object: Draft): void {
  for (const item of childrenOf(childOf(object, "spec"), "limits")) {
    if (item["type"] !== "Container") continue;
    const max = childOf(item, "max");
    if (max !== undefined) item["default"] = { ...max, ...childOf(item, "default") };
    const from = { ...childOf(item, "min"), ...childOf(item, "default") };
    if (Object.keys(from).length > 0)
      item["defaultRequest"] = { ...from, ...childOf(item, "defaultRequest") };
  }
}

function defaultMatchResources(match: Draft | undefined): void {
  if (match === undefined) return;
  setDefault(match, "matchPolicy", "Equivalent");
  setDefault(match, "namespaceSelector", {});
  setDefault(match, "objectSelector", {});
  for (const list of ["resourceRules", "excludeResourceRules"]) {
    for (const rule of childrenOf(match, list)) setDefault(rule, "scope", "*");
  }
}

export function defaultAdmissionPolicy(object: Draft): void {
  const spec = madeChild(object, "spec");
  setDefault(spec, "failurePolicy", "Fail");
  defaultMatchResources(childOf(spec, "matchConstraints"));
}

export function defaultAdmissionBinding(object: Draft): void {
  const spec = madeChild(object, "spec");
  defaultMatchResources(childOf(spec, "matchResources"));
  const params = childOf(spec, "paramRef");
  if (params !== undefined && fieldOf(params, "parameterNotFoundAction") === undefined) {
    params["parameterNotFoundAction"] = "Deny";
  }
}

export function defaultWebhooks(object: Draft): void {
  for (const webhook of childrenOf(object, "webhooks")) {
    setDefault(webhook, "failurePolicy", "Fail");
    setDefault(webhook, "timeoutSeconds", 10);
    defaultMatchResources(webhook);
    if (object["kind"] === "MutatingWebhookConfiguration") setDefault(webhook, "reinvocationPolicy", "Never");
    for (const rule of childrenOf(webhook, "rules")) setDefault(rule, "scope", "*");
    const service = childOf(childOf(webhook, "clientConfig"), "service");
    if (service !== undefined) setDefault(service, "port", 443);
  }
}

export function defaultCustomResourceDefinition(object: Draft): void {
  const spec = madeChild(object, "spec");
  const names = madeChild(spec, "names");
  const kind = textAt(names, "kind");
  setDefault(names, "singular", kind.toLowerCase());
  setDefault(names, "listKind", kind === "" ? "" : `${kind}List`);
  setDefault(madeChild(spec, "conversion"), "strategy", "None");
}
