import type { BrokerScope } from "#api/broker/broker-request.ts";
import type { ResourceType } from "#api/meta/resource-type.ts";

/** An object, or all of a kind, that a policy reads or changes as its target. */
export interface TargetPlace {
  readonly type: Pick<ResourceType, "group" | "version" | "kind" | "resource" | "namespaced">;
  /** Empty for cluster-scoped kinds, and for reading a kind everywhere. */
  readonly namespace: string;
  /** Absent for reading a list. */
  readonly name?: string;
  /** Absent for whole objects. */
  readonly subresource?: string;
}

/** Groups whose objects are written by whoever reports, and by nobody else. */
const reportGroups: ReadonlySet<string> = new Set(["wgpolicyk8s.io", "openreports.io", "reports.kyverno.io"]);

/** Subresources that open a stream, hand out credentials, or make another object than the one they belong to. */
const closedSubresources: ReadonlySet<string> = new Set([
  "attach",
  "binding",
  "eviction",
  "exec",
  "log",
  "portforward",
  "proxy",
  "token",
]);

const rightsKinds: ReadonlySet<string> = new Set([
  "ClusterRole",
  "ClusterRoleBinding",
  "Role",
  "RoleBinding",
]);

/** Names of roles and bindings that an installation of Kyverno or of this project makes. */
const ownRightsName = /^(?:rearguard|kyverno)(?:[:-]|$)/;

/**
 * Why a policy may not have this as a target, whatever rights this process has; undefined where it may. A policy of a
 * namespace reaches namespaced kinds in that namespace alone. Nobody reaches the namespace of this process, the
 * definitions of kinds, reports, the work of controllers, and the rights that this process lives by.
 */
export function refuseTarget(
  place: TargetPlace,
  scope: BrokerScope,
  ownNamespace: string,
): string | undefined {
  const { type, namespace, name, subresource = "" } = place;
  const { policyNamespace } = scope;
  if (policyNamespace !== undefined && (!type.namespaced || namespace !== policyNamespace)) {
    return `a policy of the namespace ${policyNamespace} has namespaced kinds in that namespace as targets only`;
  }
  if (closedSubresources.has(subresource)) return `the subresource ${subresource} is closed to policies`;
  const isOwnNamespace = type.group === "" && type.kind === "Namespace" && name === ownNamespace;
  if (namespace === ownNamespace || isOwnNamespace) {
    return `the namespace ${ownNamespace} is that of this operator, and closed to policies`;
  }
  if (type.group === "apiextensions.k8s.io") return "definitions of kinds are closed to policies";
  if (reportGroups.has(type.group) || (type.group === "kyverno.io" && type.kind === "UpdateRequest")) {
    return `objects of the kind ${type.kind} are written by controllers, and closed to policies`;
  }
  if (
    type.group === "rbac.authorization.k8s.io" &&
    rightsKinds.has(type.kind) &&
    ownRightsName.test(name ?? "")
  ) {
    return `the ${type.kind} ${name ?? ""} gives this operator its rights, and is closed to policies`;
  }
  return undefined;
}
