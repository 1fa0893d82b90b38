import { mkdir } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { ResourceType } from "#api/meta/resource-type.ts";
import { createKubeClient } from "#kube/client/create-kube-client.ts";
import type { KubeClient } from "#kube/client/kube-client.ts";
import { loadClusterAccess } from "#kube/client/kube-config.ts";
import { kinds } from "#test/faults/world/kinds.ts";
import { createPersistentClient } from "#test/faults/world/persistent-client.ts";
import type { PersistentClient } from "#test/faults/world/persistent-client.ts";
import { applyCrds } from "#test/support/control-plane/apply-crds.ts";
import { startControlPlane } from "#test/support/control-plane/start-control-plane.ts";
import type { ControlPlane } from "#test/support/control-plane/test-cluster.ts";
import { startOperator } from "#test/support/operator/operator-process.ts";
import type { OperatorProcess } from "#test/support/operator/operator-process.ts";
import { applyOperatorRights, writeOperatorKubeconfig } from "#test/support/operator/operator-rights.ts";
import type { ChaosFault } from "./chaos-plan.ts";
import { groupLabel } from "./chaos-text.ts";

const operatorFlags = [
  "--only=cleanup,ttl",
  "--ttl-kinds=ConfigMap",
  "--lease-duration=6s",
  "--lease-renew-deadline=4s",
  "--lease-retry-period=500ms",
];
const deleteRole = "chaos-may-delete";
const denial = "chaos-denies";
const lease = { type: kinds.lease, namespace: "kyverno", name: "kyverno-cleanup-controller" };

const admissionType = (kind: string, resource: string): ResourceType => ({
  ...kinds.clusterRole,
  group: "admissionregistration.k8s.io",
  kind,
  resource,
});
const denyingPolicy = admissionType("ValidatingAdmissionPolicy", "validatingadmissionpolicies");
const denyingBinding = admissionType("ValidatingAdmissionPolicyBinding", "validatingadmissionpolicybindings");

/** A control plane of processes with one operator at a time, which is started again whenever it ends. */
export interface RealStage {
  readonly client: KubeClient;
  readonly world: PersistentClient;
  readonly started: () => number;
  strike(fault: ChaosFault): Promise<void>;
  /** A step is over: what lasts is counted down, what ended is started again. */
  endStep(): Promise<void>;
  lift(): Promise<void>;
  stop(): Promise<void>;
}

export const startRealStage = async (assets: string): Promise<RealStage> => {
  const plane = await startControlPlane({ assets });
  try {
    return await buildStage(plane);
  } catch (error) {
    await plane.stop();
    throw error;
  }
};

const buildStage = async (plane: ControlPlane): Promise<RealStage> => {
  for (const filter of ["cleanuppolic", "deletingpolic", "_clusterpolicies"]) await applyCrds(plane, filter);
  const access = await loadClusterAccess({ kubeconfig: plane.kubeconfigPath, env: {}, homeDir: homedir() });
  const client = createKubeClient({ config: access, userAgent: "chaos-suite" });
  const world = createPersistentClient(client);
  await world.ensure({ type: kinds.namespace, name: "kyverno" }, {});
  await applyOperatorRights(world);
  await setRight(world, true);
  const kubeconfigPath = await writeOperatorKubeconfig(client, plane);
  const logs = join(plane.folder, "operators");
  await mkdir(logs);
  let operator: OperatorProcess | undefined;
  let started = 0;
  const lasting = new Map<"outage" | "forbid" | "deny", number>();

  const start = async (): Promise<void> => {
    started += 1;
    operator = await startOperator({
      kubeconfigPath,
      logPath: join(logs, `${started}.log`),
      flags: operatorFlags,
    });
  };
  const end = async (kind: keyof typeof endings): Promise<void> => {
    lasting.delete(kind);
    await endings[kind]();
  };
  const endings = {
    outage: () => plane.faults.startApiServer(),
    forbid: () => setRight(world, true),
    deny: () => setDenial(world, false),
  };
  const beginnings = {
    outage: () => plane.faults.stopApiServer(),
    forbid: () => setRight(world, false),
    deny: () => setDenial(world, true),
  };
  const endStep = async (): Promise<void> => {
    for (const [kind, steps] of lasting) lasting.set(kind, steps - 1);
    if ((lasting.get("outage") ?? 1) <= 0) await end("outage");
    // What else ends is written to the server, and waits until it is back.
    for (const [kind, steps] of lasting) if (steps <= 0 && !lasting.has("outage")) await end(kind);
    const isOver =
      operator === undefined || operator.child.exitCode !== null || operator.child.signalCode !== null;
    if (isOver && !lasting.has("outage")) await start();
  };
  await start();
  return {
    client,
    world,
    started: () => started,
    async strike(fault) {
      switch (fault.kind) {
        case "kill":
          await operator?.stop("SIGKILL");
          return;
        case "stop":
          await operator?.stop("SIGTERM");
          return;
        case "steal":
          if (lasting.has("outage")) return;
          // Nobody renews it, and the operator that lost it ends.
          await world.merge(lease, { spec: { holderIdentity: "a-thief", renewTime: null } });
          return;
        case "outage":
        case "forbid":
        case "deny":
          if (lasting.has(fault.kind) || lasting.has("outage")) return;
          await beginnings[fault.kind]();
          lasting.set(fault.kind, fault.steps);
          return;
        default:
          throw new Error(`${fault.kind} is for the embedded server`);
      }
    },
    endStep,
    async lift() {
      if (lasting.has("outage")) await end("outage");
      for (const kind of lasting.keys()) await end(kind);
      await endStep();
    },
    async stop() {
      await operator?.stop("SIGKILL");
      await client.close();
      await plane.stop();
    },
  };
};

const setRight = (world: PersistentClient, mayDelete: boolean): Promise<void> => {
  const verbs = ["list", "watch", "get", "patch", ...(mayDelete ? ["delete"] : [])];
  const labels = { "rbac.kyverno.io/aggregate-to-cleanup-controller": "true" };
  const rules = [{ apiGroups: [""], resources: ["configmaps"], verbs }];
  return world.replace({ type: kinds.clusterRole, name: deleteRole }, { metadata: { labels }, rules });
};

/** A rule of the cluster refuses to delete objects of some groups, as a webhook would. */
const setDenial = async (world: PersistentClient, denies: boolean): Promise<void> => {
  if (!denies) {
    await world.remove({ type: denyingBinding, name: denial });
    await world.remove({ type: denyingPolicy, name: denial });
    await delay(1_000);
    return;
  }
  const resourceRules = [
    { apiGroups: [""], apiVersions: ["v1"], operations: ["DELETE"], resources: ["configmaps"] },
  ];
  const expression = `!(oldObject.metadata.?labels['${groupLabel}'].orValue('') in ['g0', 'g2', 'g7']) || request.userInfo.username == 'admin'`;
  await world.ensure(
    { type: denyingPolicy, name: denial },
    { spec: { failurePolicy: "Fail", matchConstraints: { resourceRules }, validations: [{ expression }] } },
  );
  await world.ensure(
    { type: denyingBinding, name: denial },
    { spec: { policyName: denial, validationActions: ["Deny"] } },
  );
};
