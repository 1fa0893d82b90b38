import { join } from "node:path";
import { apiGet } from "./api-request.ts";
import { freePort } from "./free-ports.ts";
import { ManagedProcess } from "./managed-process.ts";

export interface ControllerManagerOptions {
  readonly assets: string;
  readonly folder: string;
  readonly kubeconfigPath: string;
  readonly serviceAccountKeyFile: string;
  readonly caFile: string;
}

export interface ControllerManager {
  readonly process: ManagedProcess;
  readonly isReady: () => Promise<boolean>;
}

/** Garbage collection, namespace deletion, and the controllers of workloads and service accounts. Not started yet. */
export const buildControllerManager = async (
  options: ControllerManagerOptions,
): Promise<ControllerManager> => {
  const { assets, folder, kubeconfigPath, serviceAccountKeyFile, caFile } = options;
  const port = await freePort();
  const process = new ManagedProcess({
    name: "kube-controller-manager",
    command: join(assets, "kube-controller-manager"),
    args: [
      `--kubeconfig=${kubeconfigPath}`,
      `--secure-port=${port}`,
      "--bind-address=127.0.0.1",
      "--leader-elect=false",
      `--service-account-private-key-file=${serviceAccountKeyFile}`,
      `--root-ca-file=${caFile}`,
    ],
    logFile: join(folder, "kube-controller-manager.log"),
  });
  return {
    process,
    isReady: async () => (await apiGet({ url: `https://127.0.0.1:${port}/healthz` })).status === 200,
  };
};
