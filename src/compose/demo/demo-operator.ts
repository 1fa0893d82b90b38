import { Writable } from "node:stream";
import { setTimeout as delay } from "node:timers/promises";
import { createSettingsStore } from "#controllers/settings/settings-store.ts";
import { settingsOfFlags } from "#controllers/settings/read-source.ts";
import { createLogger } from "#telemetry/logger.ts";
import type { Logger, RootLogger } from "#telemetry/logger.ts";
import { runOperator } from "../operator.ts";

const pollMs = 50;
const lease = "kyverno-reports-controller";
/** One series per kind. */
const knownOfKind = "rearguard_objects{";
const unfinished = [
  "rearguard_pending_passes",
  "rearguard_report_write_queue_depth",
  'rearguard_work_queue_depth{queue="rejudge",state="ready"}',
  'rearguard_work_queue_depth{queue="rejudge",state="in_work"}',
];

/** The operator in this process. */
export interface DemoOperator {
  readonly metricsUrl: string;
  readonly readyUrl: string;
  /** Its exit code, once it has ended. */
  readonly ended: Promise<number>;
}

/** Starts the operator and resolves when it serves its endpoints. What it warns of is given to `say`. */
export async function startDemoOperator(
  kubeconfig: string,
  say: (text: string) => void,
  signal: AbortSignal,
): Promise<DemoOperator> {
  const output = new Writable({
    write(chunk: Buffer, _encoding, callback) {
      say(chunk.toString("utf8"));
      callback();
    },
  });
  const trouble = createLogger({ format: "text", level: "warn", output });
  const ports = Promise.withResolvers<{ readonly health: number; readonly metrics: number }>();
  const known = { health: 0, metrics: 0 };
  const log = listenFor(trouble, signal, (message, fields) => {
    const port = Number(fields["port"]);
    if (message === "serving health") known.health = port;
    if (message === "serving metrics") known.metrics = port;
    if (known.health > 0 && known.metrics > 0) ports.resolve(known);
  });
  const settings = createSettingsStore({ log: () => log });
  settings.replace(
    "flags",
    settingsOfFlags([
      ["kubeconfig", kubeconfig],
      ["reports-lease", lease],
      // Nobody else wants it: a machine that is busy, or was asleep, must not cost the demo.
      ["lease-duration", "10m"],
      ["lease-renew-deadline", "9m"],
      ["health-address", "127.0.0.1:0"],
      ["metrics-address", "127.0.0.1:0"],
    ]),
  );
  const ended = runOperator({ settings, log, env: {}, signal });
  const early = ended.then((code) => {
    throw new Error(`the operator ended with code ${code} before it served anything`);
  });
  const { health, metrics } = await Promise.race([ports.promise, early]);
  early.catch(() => {});
  return {
    metricsUrl: `http://127.0.0.1:${metrics}/metrics`,
    readyUrl: `http://127.0.0.1:${health}/readyz`,
    ended,
  };
}

/** Passes warnings on, and information to `onInfo` only. */
function listenFor(
  log: RootLogger,
  signal: AbortSignal,
  onInfo: (message: string, fields: Readonly<Record<string, unknown>>) => void,
): RootLogger {
  const wrap = (inner: Logger): Logger => ({
    debug: () => {},
    info: (message, fields = {}) => onInfo(message, fields),
    warn: (message, fields) => {
      // What is cut off by the end of the demo is no trouble.
      if (!signal.aborted) inner.warn(message, fields);
    },
    error: (message, fields) => inner.error(message, fields),
    with: (fields) => wrap(inner.with(fields)),
  });
  // The level is that of what is passed on: settings of the cluster do not turn it up.
  return { ...wrap(log), level: () => log.level(), setLevel: () => {} };
}

/** Resolves when every kind was listed and judged, and every report is written. */
export async function untilScanned(
  { metricsUrl, readyUrl }: DemoOperator,
  onProgress: (done: number, total: number) => void,
  signal: AbortSignal,
): Promise<void> {
  let isLeader = false;
  while (!signal.aborted) {
    const isReady = (await fetch(readyUrl, { signal })).ok;
    const page = await (await fetch(metricsUrl, { signal })).text();
    const ended =
      sample(page, 'rearguard_kinds{state="live"}') + sample(page, 'rearguard_kinds{state="degraded"}');
    // Kinds that have not begun to be listed have no state.
    const total = Math.max(ended, page.split("\n").filter((line) => line.startsWith(knownOfKind)).length);
    onProgress(ended, total);
    const left = unfinished.reduce((sum, series) => sum + sample(page, series), 0);
    if (isLeader && isReady && ended === total && left === 0) return;
    // Without the Lease it is ready to stand by; only what it says later is about the scan.
    isLeader = sample(page, `rearguard_lease_held{lease="${lease}"}`) === 1;
    await delay(pollMs, undefined, { signal });
  }
}

function sample(page: string, series: string): number {
  const line = page.split("\n").find((one) => one.startsWith(`${series} `));
  return line === undefined ? 0 : Number(line.slice(series.length + 1));
}
