import { homedir } from "node:os";

import { createKubeClient } from "#kube/client/create-kube-client.ts";
import type { KubeClient } from "#kube/client/kube-client.ts";
import { loadClusterAccess } from "#kube/client/kube-config.ts";

import { UsageError } from "../usage-error.ts";

/** Which cluster is meant. */
export interface ClusterChoice {
  readonly kubeconfig: string | undefined;
  readonly context: string | undefined;
}

/** The environment that a kubeconfig is found with. */
export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * A client for the cluster of the kubeconfig, of `KUBECONFIG`, or of the pod that this runs in. It connects with its first
 * request. Throws a `UsageError` where there is no such cluster; `what` is the flag, or what else
 * needs it.
 */
export async function connectCluster(
  choice: ClusterChoice,
  env: Environment,
  what = "--cluster",
): Promise<KubeClient> {
  const { kubeconfig, context } = choice;
  try {
    const config = await loadClusterAccess({
      env,
      homeDir: env["HOME"] ?? homedir(),
      ...(kubeconfig === undefined ? {} : { kubeconfig }),
      ...(context === undefined ? {} : { context }),
    });
    return createKubeClient({ config, userAgent: "rearguard-scan" });
  } catch (error) {
    throw new UsageError(`${what}: ${(error as Error).message}`);
  }
}
