import { randomUUID } from "node:crypto";
import { mapAt, textAt } from "../json/json.ts";
import type { JsonObject } from "../json/json.ts";
import type { ServerContext } from "../rest/api-request.ts";
import { seededClusterRoles } from "./seed-roles.ts";
import { timestamp } from "../rest/api-request.ts";

const namespaceNames = ["default", "kube-node-lease", "kube-public", "kube-system"];

/** What every cluster has from its first moment: four namespaces, the service of the API server, the common roles. */
export function seedCluster(ctx: ServerContext, port: number): void {
  const creationTimestamp = timestamp(ctx.now());
  const put = (collection: string, key: string, fields: JsonObject, metadata: JsonObject): void => {
    ctx.store.put(collection, key, (resourceVersion) => ({
      apiVersion: "v1",
      ...fields,
      metadata: { ...metadata, uid: randomUUID(), resourceVersion, creationTimestamp },
    }));
  };
  for (const name of namespaceNames) {
    const fields = { kind: "Namespace", spec: { finalizers: ["kubernetes"] }, status: { phase: "Active" } };
    put("/namespaces", name, fields, { name, labels: { "kubernetes.io/metadata.name": name } });
  }
  for (const role of seededClusterRoles) {
    const fields = { ...role, apiVersion: "rbac.authorization.k8s.io/v1", kind: "ClusterRole" };
    const metadata = mapAt(role, "metadata");
    put("rbac.authorization.k8s.io/clusterroles", textAt(metadata, "name"), fields, metadata);
  }
  const spec = {
    clusterIP: "10.96.0.1",
    clusterIPs: ["10.96.0.1"],
    internalTrafficPolicy: "Cluster",
    ipFamilies: ["IPv4"],
    ipFamilyPolicy: "SingleStack",
    ports: [{ name: "https", port: 443, protocol: "TCP", targetPort: port }],
    sessionAffinity: "None",
    type: "ClusterIP",
  };
  put(
    "/services",
    "default/kubernetes",
    { kind: "Service", spec, status: { loadBalancer: {} } },
    {
      name: "kubernetes",
      namespace: "default",
      labels: { component: "apiserver", provider: "kubernetes" },
    },
  );
}
