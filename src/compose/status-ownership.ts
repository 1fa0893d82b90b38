import { detectStatusOwner } from "#controllers/policy-status/status-owner.ts";
import type { StatusOwnership } from "#controllers/policy-status/status-owner.ts";
import { systemClock } from "#controllers/runtime/clock.ts";
import type { PartContext } from "./part.ts";

/** How long the answer to "who writes the status" holds. */
const ownershipMs = 60_000;

/** Makes the question who writes the status of policies and entries; its answer is shared for a minute. */
export function createStatusOwnership(
  { client, discovery, settings, startSettings }: PartContext,
  clock = systemClock,
): () => Promise<StatusOwnership> {
  let known: { readonly value: Promise<StatusOwnership>; readonly sinceMs: number } | undefined;
  return () => {
    if (known === undefined || clock.monotonicMs() - known.sinceMs > ownershipMs) {
      const value = detectStatusOwner(settings.current().policyStatus, {
        client,
        types: () => discovery.types(),
        namespace: startSettings.namespace,
        now: () => clock.now(),
      });
      known = { value, sinceMs: clock.monotonicMs() };
      value.catch(() => {
        known = undefined;
      });
    }
    return known.value;
  };
}
