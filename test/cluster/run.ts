import { glob } from "node:fs/promises";
import { once } from "node:events";
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { connectExisting } from "#test/support/control-plane/connect-existing.ts";
import { runGroups } from "#test/integration/run-groups.ts";
import { startControlPlane } from "#test/support/control-plane/start-control-plane.ts";
import type { TestCluster } from "#test/support/control-plane/test-cluster.ts";
import { ensureAssets } from "./ensure-assets.ts";

const usage = `Runs the integration tests on a real control plane: etcd, kube-apiserver, kube-controller-manager.

  npm run test:cluster -- [options]

  --kubernetes VERSION  1.37.2, or 1.35 for the newest 1.35 (default: the version in test/cluster/versions)
  --filter TEXT         only test files whose path has TEXT; if none has, only tests whose name matches it
  --leave-out TEXT      no test files whose path has TEXT
  --keep                leave the control plane running after the tests, until Ctrl-C
  --existing            run on the cluster of KUBECONFIG instead, which the tests will change
                        (the same as REARGUARD_TEST_CLUSTER=existing)

KUBEBUILDER_ASSETS names a folder with binaries to use instead of building them; REARGUARD_CACHE another
folder than .cache for what is built.`;

interface Settings {
  readonly kubernetes: string | undefined;
  readonly filter: string | undefined;
  readonly leaveOut: string | undefined;
  readonly keep: boolean;
  readonly existing: boolean;
}

const repositoryFolder = resolve(import.meta.dirname, "../..");
const testPattern = "test/integration/**/*.test.ts";

/** What ends the whole run early; a second signal ends this process on the spot, and its guard the rest. */
const interruption = new AbortController();
const interrupt = (signal: NodeJS.Signals): void => {
  if (interruption.signal.aborted) process.exit(1);
  interruption.abort(signal);
};
process.on("SIGINT", interrupt).on("SIGTERM", interrupt).on("SIGHUP", interrupt);

const selectTests = async ({
  filter,
  leaveOut,
}: Pick<Settings, "filter" | "leaveOut">): Promise<{
  readonly files: readonly string[];
  readonly flags: readonly string[];
}> => {
  const all = await Array.fromAsync(glob(testPattern, { cwd: repositoryFolder }));
  const files = leaveOut === undefined ? all : all.filter((file) => !file.includes(leaveOut));
  if (filter === undefined) return { files, flags: [] };
  const matching = files.filter((file) => file.includes(filter));
  return matching.length > 0
    ? { files: matching, flags: [] }
    : { files, flags: [`--test-name-pattern=${filter}`] };
};

const runTests = async (
  cluster: TestCluster,
  assets: string | undefined,
  selection: Pick<Settings, "filter" | "leaveOut">,
): Promise<number> => {
  const selected = await selectTests(selection);
  return runGroups(selected.files, {
    flags: selected.flags,
    // What several groups at a time ask of one machine with several control planes is more than timings allow.
    concurrency: 1,
    cwd: repositoryFolder,
    signal: interruption.signal,
    env: {
      ...process.env,
      REARGUARD_TEST_KUBECONFIG: cluster.kubeconfigPath,
      ...(assets === undefined ? {} : { REARGUARD_TEST_ASSETS: assets }),
    },
  });
};

const waitForInterruption = async (cluster: TestCluster): Promise<void> => {
  if (interruption.signal.aborted) return;
  console.error(
    `control plane: kept at ${cluster.serverUrl} until Ctrl-C; KUBECONFIG=${cluster.kubeconfigPath}`,
  );
  // A promise alone would not keep the process alive.
  const alive = setInterval(() => {}, 1 << 30);
  await once(interruption.signal, "abort");
  clearInterval(alive);
};

const start = async (settings: Settings): Promise<{ cluster: TestCluster; assets: string | undefined }> => {
  if (settings.existing) {
    const cluster = await connectExisting();
    console.error(`control plane: Kubernetes ${cluster.version} at ${cluster.serverUrl}, as KUBECONFIG says`);
    return { cluster, assets: undefined };
  }
  const { folder } = await ensureAssets({ kubernetes: settings.kubernetes, signal: interruption.signal });
  const startedAt = performance.now();
  const cluster = await startControlPlane({ assets: folder });
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
  console.error(
    `control plane: Kubernetes ${cluster.version} serves at ${cluster.serverUrl} after ${seconds} s`,
  );
  return { cluster, assets: folder };
};

const main = async (settings: Settings): Promise<number> => {
  const { cluster, assets } = await start(settings);
  try {
    if (interruption.signal.aborted) return 1;
    const code = await runTests(cluster, assets, settings);
    if (settings.keep) await waitForInterruption(cluster);
    return code;
  } finally {
    await cluster.stop();
  }
};

const { values } = parseArgs({
  options: {
    kubernetes: { type: "string" },
    filter: { type: "string" },
    "leave-out": { type: "string" },
    keep: { type: "boolean", default: false },
    existing: { type: "boolean", default: process.env["REARGUARD_TEST_CLUSTER"] === "existing" },
    help: { type: "boolean", short: "h", default: false },
  },
});

if (values.help) {
  console.log(usage);
} else {
  try {
    const { kubernetes, filter, "leave-out": leaveOut, keep, existing } = values;
    process.exitCode = await main({ kubernetes, filter, leaveOut, keep, existing });
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  }
  if (interruption.signal.aborted) process.exitCode = interruption.signal.reason === "SIGINT" ? 130 : 143;
}
