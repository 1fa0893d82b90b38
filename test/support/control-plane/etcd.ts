import { join } from "node:path";
import { apiGet } from "./api-request.ts";
import { freePort } from "./free-ports.ts";
import { ManagedProcess } from "./managed-process.ts";

/** What etcd has done since the control plane was started, over restarts of etcd too. */
export interface EtcdMetrics {
  readonly puts: number;
  readonly deletes: number;
  /** Size of the database file, as it is now. */
  readonly dbBytes: number;
}

export interface Etcd {
  readonly process: ManagedProcess;
  readonly clientUrl: string;
  readonly isReady: () => Promise<boolean>;
  readonly readMetrics: () => Promise<EtcdMetrics>;
}

const maxDatabaseBytes = 8 * 1024 ** 3;

const metricOf = (text: string, name: string): number => {
  const line = text.split("\n").find((candidate) => candidate.startsWith(`${name} `));
  if (line === undefined) throw new Error(`etcd serves no metric ${name}`);
  return Number(line.slice(name.length + 1));
};

/** An etcd of one member that trusts the machine not to lose power: writes are not synced to disk. Not started yet. */
export const buildEtcd = async (assets: string, folder: string): Promise<Etcd> => {
  const clientUrl = `http://127.0.0.1:${await freePort()}`;
  const peerUrl = `http://127.0.0.1:${await freePort()}`;
  const metricsUrl = `http://127.0.0.1:${await freePort()}`;
  const process = new ManagedProcess({
    name: "etcd",
    command: join(assets, "etcd"),
    args: [
      `--data-dir=${join(folder, "etcd")}`,
      `--listen-client-urls=${clientUrl}`,
      `--advertise-client-urls=${clientUrl}`,
      `--listen-peer-urls=${peerUrl}`,
      `--initial-advertise-peer-urls=${peerUrl}`,
      `--initial-cluster=default=${peerUrl}`,
      `--listen-metrics-urls=${metricsUrl}`,
      `--quota-backend-bytes=${maxDatabaseBytes}`,
      "--unsafe-no-fsync",
      "--log-level=warn",
    ],
    logFile: join(folder, "etcd.log"),
  });
  return {
    process,
    clientUrl,
    isReady: async () => (await apiGet({ url: `${metricsUrl}/health` })).status === 200,
    readMetrics: async () => {
      const { body } = await apiGet({ url: `${metricsUrl}/metrics` });
      return {
        puts: metricOf(body, "etcd_mvcc_put_total"),
        deletes: metricOf(body, "etcd_mvcc_delete_total"),
        dbBytes: metricOf(body, "etcd_mvcc_db_total_size_in_bytes"),
      };
    },
  };
};
