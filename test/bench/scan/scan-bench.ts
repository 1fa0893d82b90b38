import { writeFile } from "node:fs/promises";
import { fileIn } from "../cluster/bench-cluster.ts";
import type { BenchCluster } from "../cluster/bench-cluster.ts";
import { startOperator } from "../operator/operator-process.ts";
import type { OperatorProcess } from "../operator/operator-process.ts";
import { createTrafficMeter } from "../operator/traffic.ts";
import type { TrafficMeter } from "../operator/traffic.ts";
import { waitUntilSettled } from "../operator/wait-until-settled.ts";
import type { ScanPolicies } from "./scan-policies.ts";

/** How the operator calls itself; what it sends for its Lease has another name. */
const operatorAgent = "rearguard/";

/** What all steps of the bench share. */
export interface ScanBench {
  readonly cluster: BenchCluster;
  readonly pods: number;
  readonly policies: ScanPolicies;
  /** How many of the corpus judge each pod. */
  readonly policyCount: number;
  readonly traffic: TrafficMeter;
  /** Says on standard error what is being done. */
  readonly say: (line: string) => void;
  readonly startOperator: (nodeFlags?: readonly string[]) => Promise<OperatorProcess>;
  readonly writeSettings: (settings: Readonly<Record<string, string>>) => Promise<void>;
  readonly settle: (operator: OperatorProcess) => Promise<void>;
  /** Generous: a slow machine must not fail the bench. */
  readonly deadlineMs: number;
}

const minutes = 60_000;
/** Everything shares one machine here: an API server that gets no CPU for a while must not cost the Lease. */
const calmLease = { leaseDuration: "120s", leaseRenewDeadline: "100s" };
/** What deletes watches every kind that an administrator may delete; it has a bench of its own. */
const scanOnly = { only: "scan" };

export const createScanBench = async (options: {
  readonly cluster: BenchCluster;
  readonly bundle: string;
  readonly pods: number;
  readonly policies: ScanPolicies;
  readonly policyCount: number;
  readonly logFile: string;
  /** Of every operator process. */
  readonly nodeFlags: readonly string[];
  readonly say: (line: string) => void;
}): Promise<ScanBench> => {
  const { cluster, pods, policies, policyCount, say } = options;
  const settingsFile = fileIn(cluster, "settings.yaml");
  const writeSettings = (settings: Readonly<Record<string, string>>): Promise<void> =>
    writeFile(settingsFile, JSON.stringify({ ...calmLease, ...scanOnly, ...settings }));
  await writeSettings({});
  const traffic = createTrafficMeter(cluster, operatorAgent);
  const deadlineMs = 5 * minutes + pods * 60;
  return {
    cluster,
    pods,
    policies,
    policyCount,
    traffic,
    say,
    deadlineMs,
    writeSettings,
    startOperator: (nodeFlags = []) =>
      startOperator({
        bundle: options.bundle,
        kubeconfigPath: cluster.kubeconfigPath,
        settingsFile,
        logFile: options.logFile,
        nodeFlags: [...options.nodeFlags, ...nodeFlags],
      }),
    settle: (operator) => waitUntilSettled(operator, traffic, deadlineMs),
  };
};
