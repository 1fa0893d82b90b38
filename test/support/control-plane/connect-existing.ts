import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildKubectl, locateKubectl } from "./kubectl.ts";
import type { Kubectl } from "./kubectl.ts";
import { guardFolder } from "./process-guard.ts";
import { writeServiceAccountKubeconfig } from "./service-account-kubeconfig.ts";
import type { TestCluster } from "./test-cluster.ts";

export interface ExistingOptions {
  /** By default `REARGUARD_TEST_KUBECONFIG`, then `KUBECONFIG`. */
  readonly kubeconfigPath?: string;
  /** Folder with kubectl; by default `REARGUARD_TEST_ASSETS`, then `KUBEBUILDER_ASSETS`, then PATH. */
  readonly assets?: string;
}

const queryJson = async (kubectl: Kubectl, args: readonly string[]): Promise<unknown> => {
  const { stdout, stderr, code } = await kubectl(args);
  if (code !== 0) throw new Error(`The cluster does not answer: kubectl ${args.join(" ")}: ${stderr.trim()}`);
  return JSON.parse(stdout) as unknown;
};

/**
 * Connects to a cluster that somebody else started. What needs its processes (outages, etcd's counters, the
 * audit log) is absent. `stop` leaves the cluster alone. Throws when the cluster does not answer.
 */
export const connectExisting = async (options: ExistingOptions = {}): Promise<TestCluster> => {
  const kubeconfigPath =
    options.kubeconfigPath ?? process.env["REARGUARD_TEST_KUBECONFIG"] ?? process.env["KUBECONFIG"];
  if (kubeconfigPath === undefined || kubeconfigPath === "") {
    throw new Error(
      "No cluster to connect to: set KUBECONFIG to the kubeconfig of a cluster that tests may change",
    );
  }
  const folder = await mkdtemp(join(tmpdir(), "rearguard-existing-cluster-"));
  guardFolder(folder);
  const kubectl = buildKubectl({
    command: locateKubectl(options.assets),
    kubeconfigPath,
    cacheFolder: join(folder, "kubectl-cache"),
  });
  const view = await queryJson(kubectl, ["config", "view", "--minify", "--output=json"]);
  const version = await queryJson(kubectl, ["get", "--raw=/version"]);
  return {
    kubeconfigPath,
    serverUrl:
      (view as { clusters: readonly { cluster: { server: string } }[] }).clusters[0]?.cluster.server ?? "",
    version: (version as { gitVersion: string }).gitVersion,
    kubectl,
    serviceAccountKubeconfig: (namespace, name) =>
      writeServiceAccountKubeconfig(kubectl, folder, { namespace, name }),
    stop: () => rm(folder, { recursive: true, force: true }),
  };
};
