import { Writable } from "node:stream";
import { settingsOfEnvironment, settingsOfFlags } from "#controllers/settings/read-source.ts";
import { createSettingsStore } from "#controllers/settings/settings-store.ts";
import { createLogger } from "#telemetry/logger.ts";
import { parseControllerFlags } from "../../../src/compose/controller-flags.ts";
import { runOperator } from "../../../src/compose/operator.ts";
import { operatorEndpoints } from "./operator-endpoints.ts";
import type { OperatorEndpoints } from "./operator-endpoints.ts";

/** The operator in this process. */
export interface OperatorHere extends OperatorEndpoints {
  /** Lines of JSON so far. */
  log(): string;
  /** Ends it as a signal does and resolves to its exit code. */
  stop(): Promise<number>;
}

/**
 * Starts the operator with the client, controllers and endpoints that it has as a process, and resolves when it serves
 * its endpoints. Rejects with its log where it ends before that.
 */
export async function startOperatorHere(options: {
  readonly kubeconfigPath: string;
  readonly flags?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}): Promise<OperatorHere> {
  const { kubeconfigPath, flags = [], env = {} } = options;
  let text = "";
  const ports = { health: 0, metrics: 0 };
  const serves = Promise.withResolvers<void>();
  const output = new Writable({
    decodeStrings: false,
    write(chunk: Buffer | string, _encoding, callback) {
      const line = chunk.toString();
      text += line;
      if (line.includes('"serving health"')) ports.health = portOf(line);
      if (line.includes('"serving metrics"')) ports.metrics = portOf(line);
      if (ports.health > 0 && ports.metrics > 0) serves.resolve();
      callback();
    },
  });
  const log = createLogger({ format: "json", level: "info", output });
  const settings = createSettingsStore({ log: () => log });
  settings.replace("environment", settingsOfEnvironment(env));
  const own = [
    `--kubeconfig=${kubeconfigPath}`,
    "--metrics-address=127.0.0.1:0",
    "--health-address=127.0.0.1:0",
  ];
  const parsed = parseControllerFlags([...own, ...flags]);
  settings.replace("flags", settingsOfFlags(parsed.flags));
  const problems = settings.problems();
  if (problems.length > 0 || parsed.stray.length > 0) {
    throw new Error(`the operator refuses its flags: ${JSON.stringify([problems, parsed.stray])}`);
  }
  const stopping = new AbortController();
  const ended = runOperator({ settings, log, env, signal: stopping.signal });
  const early = ended.then((code) => {
    throw new Error(`the operator ended with code ${code} before it served anything:\n${text}`);
  });
  await Promise.race([serves.promise, early]);
  early.catch(() => {});
  return {
    ...operatorEndpoints(ports),
    log: () => text,
    stop() {
      stopping.abort();
      return ended;
    },
  };
}

function portOf(line: string): number {
  return (JSON.parse(line) as { readonly port: number }).port;
}
