import { pause } from "#controllers/runtime/clock.ts";
import type { Clock } from "#controllers/runtime/clock.ts";
import { stringifyJson } from "#kube/client/json.ts";
import type { Logger } from "#telemetry/logger.ts";
import type { Checkpoint, CheckpointStore } from "./checkpoint.ts";

/** Writes the checkpoint where it changed: from time to time, soon on request, and at the end. */
export interface CheckpointWriter {
  soon(): void;
  /** Writes for the last time. */
  stop(): Promise<void>;
}

const soonMs = 1_000;

export function createCheckpointWriter(options: {
  readonly store: CheckpointStore;
  readonly current: () => Omit<Checkpoint, "cluster">;
  readonly intervalMs: number;
  readonly clock: Clock;
  readonly log: Logger;
}): CheckpointWriter {
  const { store, clock, log } = options;
  const stopping = new AbortController();
  let wake = new AbortController();
  let written = "";

  const write = async (): Promise<void> => {
    try {
      const checkpoint = { cluster: await store.cluster(), ...options.current() };
      const text = stringifyJson(checkpoint);
      if (text === written) return;
      await store.save(checkpoint);
      written = text;
    } catch (error) {
      log.warn("the checkpoint of triggers cannot be written; after a restart changes may be missed", {
        error,
      });
    }
  };

  const run = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      await pause(clock, options.intervalMs, AbortSignal.any([wake.signal, stopping.signal]));
      if (wake.signal.aborted) {
        wake = new AbortController();
        await pause(clock, soonMs, stopping.signal);
      }
      if (!stopping.signal.aborted) await write();
    }
  };
  const running = run();

  return {
    soon: () => wake.abort(),
    async stop() {
      stopping.abort();
      await running;
      await write();
    },
  };
}
