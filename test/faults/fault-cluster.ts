import { request } from "node:https";
import { readFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { createKubeClient } from "#kube/client/create-kube-client.ts";
import type { KubeClient } from "#kube/client/kube-client.ts";
import { loadClusterAccess } from "#kube/client/kube-config.ts";
import { randomToken } from "#test/support/control-plane/credentials.ts";
import { startControlPlane } from "#test/support/control-plane/start-control-plane.ts";
import type { ControlPlane } from "#test/support/control-plane/test-cluster.ts";
import { AuditTimeline } from "./observe/audit-timeline.ts";
import { kinds } from "./world/kinds.ts";
import { createPersistentClient } from "./world/persistent-client.ts";
import type { PersistentClient } from "./world/persistent-client.ts";

/** Each process of the operator is a user of its own, so that the audit log tells them apart. */
export const operatorUsers = ["operator-a", "operator-b"].map((user) => ({
  user,
  groups: ["operators"],
  token: randomToken(),
}));

/** The role that lets operators read Widgets, and nothing else does. */
export const widgetRole = "faults-widgets";

const readAll = ["get", "list", "watch"];
const writeAll = ["*"];

/** What the operator needs; everything but Widgets. */
const operatorRules = [
  {
    apiGroups: [""],
    resources: ["namespaces", "pods", "configmaps", "replicationcontrollers"],
    verbs: readAll,
  },
  { apiGroups: ["apps", "batch"], resources: ["*"], verbs: readAll },
  { apiGroups: ["apiextensions.k8s.io", "apiregistration.k8s.io"], resources: ["*"], verbs: readAll },
  {
    apiGroups: ["admissionregistration.k8s.io", "rbac.authorization.k8s.io"],
    resources: ["*"],
    verbs: readAll,
  },
  { apiGroups: ["kyverno.io"], resources: ["*"], verbs: writeAll },
  { apiGroups: ["wgpolicyk8s.io"], resources: ["*"], verbs: writeAll },
  { apiGroups: ["", "events.k8s.io"], resources: ["events"], verbs: ["create", "patch"] },
  { apiGroups: ["coordination.k8s.io"], resources: ["leases"], verbs: ["create", "get", "update"] },
];

export const widgetRules = [{ apiGroups: ["faults.example.com"], resources: ["widgets"], verbs: readAll }];

/** A control plane with CRDs and permissions, and what looks at it and changes it. */
export interface FaultCluster {
  readonly plane: ControlPlane;
  readonly client: KubeClient;
  readonly world: PersistentClient;
  readonly audit: AuditTimeline;
  /** All reports of all namespaces, by few requests. */
  clearReports(): Promise<void>;
  stop(): Promise<void>;
}

const crdFolder = resolve(import.meta.dirname, "../../crds");

const grant = async (world: PersistentClient, name: string, rules: readonly object[]): Promise<void> => {
  const rbac = { ...kinds.clusterRole };
  await world.replace({ type: rbac, name }, { rules });
  await world.ensure(
    { type: { ...rbac, kind: "ClusterRoleBinding", resource: "clusterrolebindings" }, name },
    {
      roleRef: { apiGroup: rbac.group, kind: "ClusterRole", name },
      subjects: [{ apiGroup: rbac.group, kind: "Group", name: "operators" }],
    },
  );
};

const deleteCollection = async (plane: ControlPlane, path: string): Promise<void> => {
  const ca = await readFile(plane.caFile, "utf8");
  const status = await new Promise<number>((resolve, reject) => {
    const headers = { authorization: `Bearer ${plane.adminToken}` };
    const sent = request(`${plane.serverUrl}${path}`, { method: "DELETE", ca, headers, agent: false });
    sent.once("error", reject);
    sent.once("response", (answer) => {
      answer.resume();
      answer.once("end", () => resolve(answer.statusCode ?? 0));
    });
    sent.end();
  });
  if (status !== 200) throw new Error(`DELETE ${path} was answered with ${status}`);
};

export const startFaultCluster = async (assets: string): Promise<FaultCluster> => {
  const plane = await startControlPlane({ assets, auditLog: true, users: operatorUsers });
  try {
    const applied = await plane.kubectl([
      "apply",
      "--server-side",
      ...["kyverno.io_clusterpolicies", "kyverno.io_policies", "wgpolicyk8s.io_policyreports"].map(
        (name) => `--filename=${join(crdFolder, `${name}.yaml`)}`,
      ),
      `--filename=${join(crdFolder, "wgpolicyk8s.io_clusterpolicyreports.yaml")}`,
    ]);
    if (applied.code !== 0) throw new Error(`the CRDs cannot be applied: ${applied.stderr}`);
    await plane.kubectl(["wait", "--for=condition=Established", "crd", "--all", "--timeout=60s"]);
    const config = await loadClusterAccess({
      kubeconfig: plane.kubeconfigPath,
      env: {},
      homeDir: homedir(),
    });
    const client = createKubeClient({ config, userAgent: "faults", connections: 16 });
    const world = createPersistentClient(client);
    await world.ensure({ type: kinds.namespace, name: "kyverno" }, {});
    await grant(world, "faults-operator", operatorRules);
    await grant(world, widgetRole, widgetRules);
    return {
      plane,
      client,
      world,
      audit: new AuditTimeline(join(plane.folder, "audit.log")),
      async clearReports() {
        const { group, version } = kinds.report;
        const namespaces = new Set(
          (await world.list(kinds.report, { metadataOnly: true })).map(({ metadata }) =>
            String(metadata["namespace"]),
          ),
        );
        const base = `/apis/${group}/${version}`;
        await deleteCollection(plane, `${base}/${kinds.clusterReport.resource}`);
        for (const namespace of namespaces) {
          await deleteCollection(plane, `${base}/namespaces/${namespace}/${kinds.report.resource}`);
        }
      },
      stop: async () => {
        await client.close();
        await plane.stop();
      },
    };
  } catch (error) {
    await plane.stop();
    throw error;
  }
};
