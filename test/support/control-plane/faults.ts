import type { ApiServer } from "./api-server.ts";
import type { Etcd, EtcdMetrics } from "./etcd.ts";
import type { Faults } from "./test-cluster.ts";

/** Generous, because test machines are slow and a start that hangs is the exception. */
export const readyDeadlineMs = 120_000;

const nothing: EtcdMetrics = { puts: 0, deletes: 0, dbBytes: 0 };

/** The outages of one control plane, and etcd's counters made to survive them: etcd itself counts from zero after each start. */
export const buildFaults = (
  etcd: Etcd,
  apiServer: ApiServer,
): { readonly faults: Faults; readonly etcdMetrics: () => Promise<EtcdMetrics> } => {
  let earlier = nothing;
  const etcdMetrics = async (): Promise<EtcdMetrics> => {
    const { puts, deletes, dbBytes } = await etcd.readMetrics();
    return { puts: earlier.puts + puts, deletes: earlier.deletes + deletes, dbBytes };
  };

  const startApiServer = async (): Promise<void> => {
    apiServer.process.start();
    await apiServer.process.waitUntilReady(apiServer.isReady, readyDeadlineMs);
  };
  const stopEtcd: Faults["stopEtcd"] = async (mode = "kill") => {
    earlier = await etcdMetrics();
    await etcd.process.stop(mode);
  };
  const startEtcd = async (): Promise<void> => {
    etcd.process.start();
    await etcd.process.waitUntilReady(etcd.isReady, readyDeadlineMs);
  };

  const faults: Faults = {
    stopApiServer: (mode = "kill") => apiServer.process.stop(mode),
    startApiServer,
    restartApiServer: async (mode = "kill") => {
      await apiServer.process.stop(mode);
      await startApiServer();
    },
    stopEtcd,
    startEtcd,
    restartEtcd: async (mode = "kill") => {
      await stopEtcd(mode);
      await startEtcd();
      if (apiServer.process.isRunning)
        await apiServer.process.waitUntilReady(apiServer.isReady, readyDeadlineMs);
    },
  };
  return { faults, etcdMetrics };
};
