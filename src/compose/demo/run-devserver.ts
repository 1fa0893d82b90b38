import { startServer } from "./start-server.ts";
import { catchEndingSignals, untilSignalled } from "./until-signalled.ts";

/** Options of `rearguard devserver`. */
export interface DevserverFlags {
  readonly port?: number;
  readonly snapshot?: string;
  readonly kubeconfig?: string;
}

/** Serves until a signal comes. Standard output is the line that points kubectl at the server. */
export async function runDevserver(flags: DevserverFlags): Promise<void> {
  const ending = catchEndingSignals();
  try {
    const { server, kubeconfig, stop } = await startServer(flags);
    process.stdout.write(`export KUBECONFIG=${kubeconfig.path}\n`);
    process.stderr.write(`serving Kubernetes ${server.version} at ${server.url}; Ctrl-C ends it\n`);
    await untilSignalled(ending.signal);
    await stop();
  } finally {
    ending.dispose();
  }
}
