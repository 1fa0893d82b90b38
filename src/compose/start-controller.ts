import { readSettingsFile, watchSettingsFile } from "#controllers/settings/settings-file-watch.ts";
import { settingsOfEnvironment, settingsOfFlags } from "#controllers/settings/read-source.ts";
import { showProblem } from "#controllers/settings/setting-source.ts";
import { createSettingsStore } from "#controllers/settings/settings-store.ts";
import { createLogger, silentLogger } from "#telemetry/logger.ts";
import type { RootLogger } from "#telemetry/logger.ts";
import { runOperator } from "./operator.ts";

/** Collects settings, starts the operator and ends it on a signal. Resolves to the exit code. */
export async function startController(flags: readonly (readonly [string, string])[]): Promise<number> {
  const logging: { root?: RootLogger } = {};
  const store = createSettingsStore({ log: () => logging.root ?? silentLogger });
  store.replace("environment", settingsOfEnvironment(process.env));
  store.replace("flags", settingsOfFlags(flags));
  const { config } = store.current();
  if (config !== "") readSettingsFile(store, config);
  const { logFormat, logLevel } = store.current();
  const log = createLogger({ format: logFormat, level: logLevel, output: process.stderr });
  logging.root = log;
  const wrong = store.problems().filter(({ source }) => source === "flags");
  if (wrong.length > 0) {
    process.stderr.write(`${wrong.map(showProblem).join("\n")}\n`);
    return 2;
  }
  for (const problem of store.problems()) log.warn("setting not in force", { ...problem });

  const stopping = new AbortController();
  const onSignal = (signal: NodeJS.Signals): void => {
    if (stopping.signal.aborted) process.exit(130);
    log.info("signal received, finishing what is under way; again to end at once", { signal });
    stopping.abort();
  };
  process.on("SIGINT", onSignal);
  process.on("SIGTERM", onSignal);
  const unwatch = config === "" ? () => {} : watchSettingsFile(store, config);
  try {
    const exitCode = await runOperator({ settings: store, log, env: process.env, signal: stopping.signal });
    endEvenIfSomethingHangs(exitCode);
    return exitCode;
  } catch (error) {
    // What is wrong here is mostly the surroundings; the stack is for those who ask for it.
    log.error("cannot run", { reason: error instanceof Error ? error.message : String(error) });
    log.debug("cannot run", { error });
    endEvenIfSomethingHangs(1);
    return 1;
  } finally {
    unwatch();
    process.off("SIGINT", onSignal);
    process.off("SIGTERM", onSignal);
  }
}

/** Everything has been told to end; a connection that does not is no reason to go on. */
function endEvenIfSomethingHangs(exitCode: number): void {
  setTimeout(() => process.exit(exitCode), 1_000).unref();
}
