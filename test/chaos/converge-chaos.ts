import type { PersistentClient } from "#test/faults/world/persistent-client.ts";
import type { PolicyText } from "./chaos-text.ts";
import { policyPlace } from "./chaos-world.ts";

const slackMs = 60_000;

/** Policies whose last run is longer ago than their schedule allows. */
export const stoppedPolicies = async (options: {
  readonly world: PersistentClient;
  readonly nowMs: number;
  readonly running: readonly PolicyText[];
  readonly seed: number;
}): Promise<readonly string[]> => {
  const found: string[] = [];
  for (const text of options.running) {
    // A typing error keeps it from running, as it should.
    if (text.mode === "broken") continue;
    const status = (await options.world.get(policyPlace(text, options.seed)))?.["status"] as
      | { readonly lastExecutionTime?: string }
      | undefined;
    const agoMs = options.nowMs - Date.parse(status?.lastExecutionTime ?? "");
    if (!(agoMs >= -1000 && agoMs <= 2 * text.intervalMs + slackMs))
      found.push(`policy ${JSON.stringify(text)} has stopped: its status is ${JSON.stringify(status)}`);
  }
  return found;
};
