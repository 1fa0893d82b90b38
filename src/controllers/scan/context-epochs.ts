import type { Clock } from "#controllers/runtime/clock.ts";
import { createContextEpoch } from "./context-epoch.ts";
import type { ContextEpoch, GlobalEntryPort, LoadContext } from "./context-epoch.ts";
import type { InputVersions } from "./input-versions.ts";

/** Where the memos of external data come from. */
export interface ContextEpochs {
  /** For one list or one object. */
  readonly newEpoch: () => ContextEpoch;
  /** For a change that was watched: shared with all changes of the last two seconds. */
  readonly eventEpoch: () => ContextEpoch;
}

/** How long answers from outside are shared by watch events. */
const eventEpochMs = 2_000;
const contextLimits = { maxEntries: 5_000, maxBytes: 16 * 1_024 * 1_024 };

export function createContextEpochs(
  { load, globals }: { readonly load: LoadContext; readonly globals: GlobalEntryPort },
  inputs: InputVersions,
  clock: Pick<Clock, "monotonicMs">,
): ContextEpochs {
  const newEpoch = (): ContextEpoch => createContextEpoch({ load, globals, inputs, ...contextLimits });
  let events = { epoch: newEpoch(), sinceMs: clock.monotonicMs() };
  return {
    newEpoch,
    eventEpoch() {
      if (clock.monotonicMs() - events.sinceMs > eventEpochMs) {
        events = { epoch: newEpoch(), sinceMs: clock.monotonicMs() };
      }
      return events.epoch;
    },
  };
}
