import { after } from "node:test";
import { kinds } from "#test/faults/world/kinds.ts";
import { placeOfPolicy, startScanCluster, untilScanning } from "./scan-cluster.ts";
import type { ScanCluster, ScanOperator } from "./scan-cluster.ts";

/** A cluster that runs until all suites of this process have ended, and its operator. */
export interface SharedCluster {
  readonly cluster: ScanCluster;
  readonly operator: ScanOperator;
}

const flags = ["--enablePolicyException=true", "--exceptionNamespace=*"];

let shared: Promise<SharedCluster> | undefined;

const start = async (): Promise<SharedCluster> => {
  const cluster = await startScanCluster();
  return { cluster, operator: await cluster.operator(flags) };
};

/**
 * The cluster of this process with an operator that scans and knows exceptions of all namespaces, for suites that need no
 * other and stand in namespaces of their own. `stop` takes away the policies and rights that the suite gave. The operator
 * need not be settled: a report that another suite kept it from writing waits for minutes.
 */
export const joinScanCluster = async (): Promise<SharedCluster> => {
  shared ??= start();
  const { cluster, operator } = await shared;
  await untilScanning(operator);
  const leavings = new Map<string, Parameters<ScanCluster["world"]["remove"]>[0]>();
  return {
    operator,
    cluster: {
      ...cluster,
      async policy(policy) {
        const place = placeOfPolicy(policy);
        leavings.set(`${place.namespace ?? ""}/${place.name}`, place);
        await cluster.policy(policy);
      },
      async grant(name, rules) {
        leavings.set(`role ${name}`, { type: kinds.clusterRole, name });
        await cluster.grant(name, rules);
      },
      async stop() {
        await Promise.all(Array.from(leavings.values(), (place) => cluster.world.remove(place)));
      },
    },
  };
};

after(async () => {
  await (await shared)?.cluster.stop();
});
