import { homedir } from "node:os";
import { ensureAssets } from "#test/cluster/ensure-assets.ts";
import { createKubeClient } from "#kube/client/create-kube-client.ts";
import { loadClusterAccess } from "#kube/client/kube-config.ts";
import { applyCrds } from "#test/support/control-plane/apply-crds.ts";
import { startControlPlane } from "#test/support/control-plane/start-control-plane.ts";
import { createPersistentClient } from "../world/persistent-client.ts";
import { CallCounter } from "./call-counter.ts";
import { prepareWorld } from "./prepare-world.ts";
import type { GenerateStage } from "./stage.ts";

/** Each seed gets a real control plane of its own: nothing that one leaves behind can be taken for the work of another. */
export const openRealStages = async (): Promise<{
  open(): Promise<GenerateStage>;
  close(): Promise<void>;
}> => {
  const { folder: assets } = await ensureAssets({});
  return { open: () => openRealStage(assets), close: () => Promise.resolve() };
};

const openRealStage = async (assets: string): Promise<GenerateStage> => {
  const plane = await startControlPlane({ assets, auditLog: true });
  try {
    await applyCrds(plane);
    const config = await loadClusterAccess({
      kubeconfig: plane.kubeconfigPath,
      env: {},
      homeDir: homedir(),
    });
    const client = createKubeClient({ config, userAgent: "faults", connections: 16 });
    const persistent = createPersistentClient(client);
    await prepareWorld(persistent);
    return {
      kubeconfigPath: plane.kubeconfigPath,
      folder: plane.folder,
      client: persistent,
      async calls() {
        const counter = new CallCounter();
        for (const { count, ...call } of (await plane.auditCounts()).rows) counter.note(call, count);
        return counter;
      },
      async stop() {
        await client.close();
        await plane.stop();
      },
    };
  } catch (error) {
    await plane.stop();
    throw error;
  }
};
