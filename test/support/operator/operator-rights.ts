import { readFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { parseAllDocuments } from "yaml";
import type { ResourceType } from "#api/meta/resource-type.ts";
import { isForbidden, isUnauthorized } from "#kube/client/api-error.ts";
import { createKubeClient } from "#kube/client/create-kube-client.ts";
import type { KubeClient } from "#kube/client/kube-client.ts";
import { loadClusterAccess } from "#kube/client/kube-config.ts";
import { kinds } from "#test/faults/world/kinds.ts";
import type { PersistentClient } from "#test/faults/world/persistent-client.ts";
import { writeKubeconfig } from "#test/support/control-plane/credentials.ts";
import type { ControlPlane } from "#test/support/control-plane/test-cluster.ts";

const baseFolder = fileURLToPath(new URL("../../../config/base/", import.meta.url));
const files = ["service-account.yaml", "cluster-roles.yaml", "role.yaml"];
const namespace = "kyverno";
const account = "rearguard";
const deadlineMs = 60_000;
const intervalMs = 20;

const { clusterRole } = kinds;
const types: readonly ResourceType[] = [
  clusterRole,
  { ...clusterRole, kind: "ClusterRoleBinding", resource: "clusterrolebindings" },
  { ...clusterRole, kind: "Role", resource: "roles", namespaced: true },
  { ...clusterRole, kind: "RoleBinding", resource: "rolebindings", namespaced: true },
  { ...kinds.configMap, kind: "ServiceAccount", resource: "serviceaccounts" },
];

interface Manifest {
  readonly kind: string;
  readonly metadata: { readonly name: string };
}

/** Creates the operator's service account with the rules that `config/base` gives it, and no others. */
export const applyOperatorRights = async (world: PersistentClient): Promise<void> => {
  for (const file of files) {
    const text = await readFile(join(baseFolder, file), "utf8");
    for (const document of parseAllDocuments(text)) {
      const manifest = document.toJS() as Manifest;
      const { kind, metadata } = manifest;
      const type = types.find((candidate) => candidate.kind === kind);
      if (type === undefined) throw new Error(`${file} holds a ${kind}, which is no matter of rights`);
      const place = { type, name: metadata.name };
      await world.ensure(type.namespaced ? { ...place, namespace } : place, manifest);
    }
  }
};

/** Writes a kubeconfig with a token of the operator's service account and resolves to its path when its rules are in force. */
export const writeOperatorKubeconfig = async (
  admin: KubeClient,
  { folder, serverUrl, caFile }: Pick<ControlPlane, "folder" | "serverUrl" | "caFile">,
): Promise<string> => {
  const path = `/api/v1/namespaces/${namespace}/serviceaccounts/${account}/token`;
  const request = { apiVersion: "authentication.k8s.io/v1", kind: "TokenRequest", spec: {} };
  const { status } = (await admin.review(path, request)) as { status: { token: string } };
  const file = join(folder, "operator.kubeconfig");
  await writeKubeconfig(file, { serverUrl, caFile, token: status.token });
  const config = await loadClusterAccess({ kubeconfig: file, env: {}, homeDir: homedir() });
  const client = createKubeClient({ config, userAgent: "operator-rights" });
  try {
    await untilInForce(client);
  } finally {
    await client.close();
  }
  return file;
};

/** Roles that aggregate others are put together, and authorizers learn of bindings, a moment later. */
const untilInForce = async (client: KubeClient): Promise<void> => {
  const endMs = performance.now() + deadlineMs;
  for (;;) {
    try {
      // One kind of each source of rights: the aggregated role, `view`, and the namespace's own role.
      await client.listPage(kinds.clusterPolicy, { limit: 1 });
      await client.listPage(kinds.pod, { limit: 1 });
      await client.listPage(kinds.configMap, { limit: 1, namespace });
      return;
    } catch (error) {
      if (!isForbidden(error) && !isUnauthorized(error)) throw error;
      if (performance.now() > endMs)
        throw new Error("the operator's rights are not in force", { cause: error });
      await delay(intervalMs);
    }
  }
};
