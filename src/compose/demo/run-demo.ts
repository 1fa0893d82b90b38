import { homedir } from "node:os";
import { renderProgressBar } from "#cli/demo/progress-bar.ts";
import { renderSummary } from "#cli/demo/render-board.ts";
import { createKubeClient } from "#kube/client/create-kube-client.ts";
import type { KubeClient } from "#kube/client/kube-client.ts";
import { loadClusterAccess } from "#kube/client/kube-config.ts";
import { createDiscovery } from "#kube/discovery/create-discovery.ts";
import type { Discovery } from "#kube/discovery/create-discovery.ts";
import { version } from "../version.ts";
import { startDemoOperator, untilScanned } from "./demo-operator.ts";
import { followReports, readReports } from "./follow-reports.ts";
import { startLiveView } from "./live-view.ts";
import { loadCluster } from "./load-cluster.ts";
import { packagedFolder } from "./packaged-files.ts";
import { readManifests } from "./read-manifests.ts";
import { startServer } from "./start-server.ts";
import { catchEndingSignals, untilSignalled } from "./until-signalled.ts";

const samples = "config/samples/demo";
/** Where the operator keeps its Lease. */
const operatorNamespace = "kyverno";
const widthOfFiles = 100;

/** Options of `rearguard demo`. */
export interface DemoFlags {
  readonly port?: number;
  readonly once?: boolean;
  readonly policies?: string;
  readonly resources?: string;
  readonly kubeconfig?: string;
}

/** Runs the demo and resolves to the exit code. Rejects with `UsageError` for what the caller can put right. */
export async function runDemo(flags: DemoFlags): Promise<number> {
  const startMs = performance.now();
  const policies = await readManifests(flags.policies ?? (await packagedFolder(`${samples}/policies`)));
  const resources = await readManifests(flags.resources ?? (await packagedFolder(`${samples}/resources`)));
  const ending = catchEndingSignals();
  const running = new AbortController();
  const signal = AbortSignal.any([ending.signal, running.signal]);
  const cleanups: (() => Promise<unknown> | void)[] = [() => ending.dispose()];
  try {
    const { server, kubeconfig, stop } = await startServer(flags);
    cleanups.push(stop);
    const config = await loadClusterAccess({ kubeconfig: kubeconfig.path, env: {}, homeDir: homedir() });
    const client = createKubeClient({ config, userAgent: `rearguard-demo/${version}` });
    const discovery = createDiscovery({ client });
    cleanups.push(async () => {
      await discovery.stop();
      await client.close();
    });
    const refused = await loadCluster(
      { client, discovery },
      { resources, policies, namespace: operatorNamespace },
    );
    for (const line of refused) process.stderr.write(`left out: ${line}\n`);
    if (signal.aborted) return 130;

    let say = (text: string): void => void process.stderr.write(text);
    const operator = await startDemoOperator(kubeconfig.path, (text) => say(text), signal);
    cleanups.push(() => {
      running.abort();
      return operator.ended;
    });
    const head = [
      `Kubernetes ${server.version} at ${server.url}, gone when this ends. For kubectl:`,
      `  export KUBECONFIG=${kubeconfig.path}`,
      `Metrics: ${operator.metricsUrl}`,
      "",
      "",
    ].join("\n");
    process.stdout.write(head);
    await showFirstScan(operator, signal);
    const seconds = ((performance.now() - startMs) / 1000).toFixed(1);
    if (flags.once === true) return await showOnce({ client, discovery }, seconds);
    const board = await readReports(client, discovery);
    const hint = `${hints(flags.resources === undefined && flags.policies === undefined).join("\n")}\n\n`;
    process.stdout.write(hint);
    if (!process.stdout.isTTY) process.stdout.write(`${renderSummary(board, widthOfFiles, false)}\n`);
    const view = startLiveView(board, `${head}${hint}`, wantsColor());
    say = (text) => view.say(text);
    const stopFollowing = followReports({ client, discovery }, board, (changes) => view.changed(changes));
    cleanups.push(async () => {
      await stopFollowing();
      view.end();
    });
    const code = await Promise.race([untilSignalled(signal), operator.ended]);
    return typeof code === "number" && !ending.signal.aborted ? code : 0;
  } catch (error) {
    if (ending.signal.aborted) return flags.once === true ? 130 : 0;
    throw error;
  } finally {
    for (const cleanup of cleanups.toReversed()) await cleanup();
  }
}

interface Cluster {
  readonly client: KubeClient;
  readonly discovery: Discovery;
}

/** The bar is only for people: where standard error is no terminal nothing is said. */
async function showFirstScan(
  operator: Parameters<typeof untilScanned>[0],
  signal: AbortSignal,
): Promise<void> {
  const { stderr } = process;
  await untilScanned(
    operator,
    (done, total) => {
      if (stderr.isTTY) stderr.write(`\r\u001b[K${renderProgressBar(done, total, stderr.columns)}`);
    },
    signal,
  ).finally(() => {
    if (stderr.isTTY) stderr.write("\r\u001b[K");
  });
}

function wantsColor(): boolean {
  return process.stdout.isTTY && (process.env["NO_COLOR"] ?? "") === "";
}

async function showOnce({ client, discovery }: Cluster, seconds: string): Promise<number> {
  const board = await readReports(client, discovery);
  const { stdout } = process;
  stdout.write(renderSummary(board, stdout.isTTY ? stdout.columns : widthOfFiles, wantsColor()));
  stdout.write(`\n${board.reports()} reports, ${seconds} s from start to the end of the first scan\n`);
  return 0;
}

function hints(isSample: boolean): readonly string[] {
  if (!isSample) return ["Change something with kubectl and watch the results; Ctrl-C ends the demo."];
  return [
    "Try in a second terminal, with that KUBECONFIG, and watch the results; Ctrl-C ends the demo:",
    "  kubectl get policyreports -A",
    "  kubectl -n shop set image deployment/recommendations recommendations=ghcr.io/example/recommendations:2.0",
    "  kubectl -n payments scale deployment/fraud-check --replicas=2",
    "  kubectl label namespace platform security=baseline",
    "  kubectl delete clusterpolicy run-as-non-root",
  ];
}
