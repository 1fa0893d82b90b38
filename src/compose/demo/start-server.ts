import type { Devserver } from "#devserver/start-devserver.ts";
import { startDevserver } from "#devserver/start-devserver.ts";
import { UsageError } from "#cli/usage-error.ts";
import type { KubeconfigFile } from "./kubeconfig-file.ts";
import { writeKubeconfigFile } from "./kubeconfig-file.ts";

/** An embedded API server and the file that tells kubectl of it. */
export interface ServerWithKubeconfig {
  readonly server: Devserver;
  readonly kubeconfig: KubeconfigFile;
  readonly stop: () => Promise<void>;
}

/** Starts the embedded API server. Rejects with what to do where the port or a file is in the way. */
export async function startServer(options: {
  readonly port?: number;
  readonly snapshot?: string;
  readonly kubeconfig?: string;
}): Promise<ServerWithKubeconfig> {
  const { port, snapshot } = options;
  const server = await startDevserver({
    ...(port === undefined ? {} : { port }),
    ...(snapshot === undefined ? {} : { snapshotFile: snapshot }),
  }).catch((error: unknown) => {
    throw new UsageError(whyNot(error, port));
  });
  try {
    const kubeconfig = await writeKubeconfigFile(server.kubeconfig, options.kubeconfig);
    return {
      server,
      kubeconfig,
      stop: async () => {
        kubeconfig.remove();
        await server.stop();
      },
    };
  } catch (error) {
    await server.stop();
    throw error;
  }
}

function whyNot(error: unknown, port: number | undefined): string {
  const { code, message } = error as NodeJS.ErrnoException;
  const hint = "choose another with --port, or leave --port out for a free one";
  if (code === "EADDRINUSE") return `port ${port} is taken; ${hint}`;
  if (code === "EACCES") return `port ${port} is for administrators only; ${hint}`;
  return `cannot start the API server: ${message}`;
}
