import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { startFaultProxy } from "#test/support/fault-proxy/fault-proxy.ts";
import type { FaultProxy } from "#test/support/fault-proxy/fault-proxy.ts";
import { writeKubeconfig } from "#test/support/control-plane/credentials.ts";
import type { FaultCluster } from "../fault-cluster.ts";
import { operatorUsers } from "../fault-cluster.ts";
import { superviseOperator } from "../operators/supervised-operator.ts";
import type { SupervisedOperator } from "../operators/supervised-operator.ts";
import { createSeededRandom } from "../seeded-random.ts";
import { isAboutHolders } from "./seed-plan.ts";
import type { SeedPlan } from "./seed-plan.ts";

/** A process with its own user and its own way to the API server. */
export interface Actor {
  readonly operator: SupervisedOperator;
  readonly proxy: FaultProxy;
}

export interface Stage {
  readonly cluster: FaultCluster;
  readonly plan: SeedPlan;
  readonly folder: string;
  readonly actors: readonly Actor[];
  end(): Promise<void>;
}

const silentAfterMs = 4_000;

const flagsOf = ({ leaseMs, pageSize }: SeedPlan): readonly string[] => [
  // What deletes has faults of its own.
  "--only=scan",
  `--lease-duration=${leaseMs}ms`,
  `--lease-renew-deadline=${leaseMs * 0.75}ms`,
  `--lease-retry-period=${leaseMs / 8}ms`,
  `--page-size=${pageSize}`,
  `--watch-silent-after=${silentAfterMs}ms`,
  "--log-level=debug",
];

/** Makes what a seed needs besides the cluster; nothing runs yet. */
export const setStage = async (
  cluster: FaultCluster,
  plan: SeedPlan,
  logs: string,
  entry: string | undefined,
): Promise<Stage> => {
  const folder = join(logs, `seed-${plan.seed}`);
  await mkdir(folder, { recursive: true });
  const actors: Actor[] = [];
  for (const [index, { user, token }] of operatorUsers.slice(0, plan.processes).entries()) {
    const random = createSeededRandom(plan.seed * 10 + index);
    const { serverUrl, caFile } = cluster.plane;
    const proxy = await startFaultProxy({ serverUrl, caFile, random: () => random.next() });
    const kubeconfigPath = join(folder, `${user}.kubeconfig`);
    // Nothing may hold up what a process sent before it was frozen: that would be a late write of the network's.
    const target = isAboutHolders(plan.fault) ? serverUrl : proxy.url;
    await writeKubeconfig(kubeconfigPath, { serverUrl: target, caFile, token });
    const operator = superviseOperator({
      name: user,
      kubeconfigPath,
      logPath: join(folder, `${user}.log`),
      entry,
      flags: flagsOf(plan),
    });
    actors.push({ operator, proxy });
  }
  return {
    cluster,
    plan,
    folder,
    actors,
    end: async () => {
      for (const { operator } of actors) await operator.kill();
      for (const { proxy } of actors) await proxy.close();
    },
  };
};
