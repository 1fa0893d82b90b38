import type { BrokerScope } from "#api/broker/broker-request.ts";
import type { ApiPath } from "./api-path.ts";

/** Subresources that open a stream, lead out of the API server, or hand out credentials. */
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

/** Resources that are questions: a POST of one changes nothing. */
const reviews: ReadonlySet<string> = new Set([
  "authorization.k8s.io/subjectaccessreviews",
  "authorization.k8s.io/localsubjectaccessreviews",
  "authorization.k8s.io/selfsubjectaccessreviews",
  "authorization.k8s.io/selfsubjectrulesreviews",
  "authentication.k8s.io/tokenreviews",
  "authentication.k8s.io/selfsubjectreviews",
]);

const openRoots: ReadonlySet<string> = new Set([
  "api",
  "apis",
  "healthz",
  "livez",
  "openapi",
  "readyz",
  "version",
]);

/**
 * Why a call to the API server is not made for this policy; undefined where it may be. What remains is for the API
 * server's own authorization.
 */
export function refuseApiCall(
  path: ApiPath,
  method: "GET" | "POST",
  scope: BrokerScope,
  ownNamespace: string,
): string | undefined {
  if (path.kind === "other") return refuseOther(path.segments, method, scope);
  const { group, resource, subresource, namespace, name } = path;
  if (subresource !== undefined && closedSubresources.has(subresource)) {
    return `the subresource ${subresource} is closed to policies`;
  }
  if (method === "POST" && (!reviews.has(`${group}/${resource}`) || name !== undefined)) {
    return "a POST may only ask (reviews of authorization.k8s.io and authentication.k8s.io); background rules create nothing";
  }
  if (scope.policyNamespace !== undefined) return refuseOutside(path, scope.policyNamespace);
  if (group === "" && resource === "secrets" && namespace === ownNamespace) {
    return `Secrets of the namespace ${ownNamespace} are closed to policies`;
  }
  return undefined;
}

function refuseOther(segments: readonly string[], method: string, scope: BrokerScope): string | undefined {
  const [root] = segments;
  // How kinds are made is no tenant's secret, and a policy that changes objects has to know it.
  const isSchema = method === "GET" && root === "openapi";
  if (scope.policyNamespace !== undefined && !isSchema) return ownNamespaceOnly(scope.policyNamespace);
  if (method !== "GET") return "only resources can be posted";
  return root !== undefined && openRoots.has(root)
    ? undefined
    : "this path of the API server is closed to policies";
}

function refuseOutside(
  { group, resource, namespace, name, subresource }: ApiPath & { readonly kind: "resource" },
  policyNamespace: string,
): string | undefined {
  if (namespace === policyNamespace) return undefined;
  // The Namespace itself is what its members may read by Kubernetes' own view role.
  const isOwnNamespace =
    group === "" && resource === "namespaces" && name === policyNamespace && subresource === undefined;
  return isOwnNamespace ? undefined : ownNamespaceOnly(policyNamespace);
}

const ownNamespaceOnly = (namespace: string): string =>
  `a policy of the namespace ${namespace} reaches resources in that namespace only`;

/** Why a ConfigMap is not read for this policy; undefined where it may be. */
export function refuseConfigMap(namespace: string, { policyNamespace }: BrokerScope): string | undefined {
  return policyNamespace === undefined || policyNamespace === namespace
    ? undefined
    : ownNamespaceOnly(policyNamespace);
}

/** A list of Secrets without those of our own namespace. Everything else passes as it is. */
export function withoutOwnSecrets(path: ApiPath, answer: unknown, ownNamespace: string): unknown {
  const isSecrets = path.kind === "resource" && path.group === "" && path.resource === "secrets";
  if (!isSecrets || typeof answer !== "object" || answer === null || !("items" in answer)) return answer;
  const { items } = answer;
  if (!Array.isArray(items)) return answer;
  const isForeign = (item: { metadata?: { namespace?: unknown } } | null): boolean =>
    item?.metadata?.namespace !== ownNamespace;
  return { ...answer, items: items.filter(isForeign) };
}
