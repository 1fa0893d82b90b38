import { systemClock } from "#controllers/runtime/clock.ts";
import { createEventRecorder } from "#kube/events/event-recorder.ts";
import type { EventRecorder } from "#kube/events/event-recorder.ts";
import type { PartContext } from "./part.ts";

/** The Events of one part, sent with its client and counted. */
export function createPartRecorder({
  client,
  settings,
  hostName,
  log,
  metrics: { metrics },
}: Omit<PartContext, "discovery" | "openSource">): EventRecorder {
  return createEventRecorder({
    client,
    settings: () => settings.current(),
    hostName,
    clock: systemClock,
    log,
    onOutcome: (outcome, reason) => {
      metrics.events.inc({ reason, outcome });
      if (outcome === "dropped") metrics.eventsDropped.inc({});
    },
  });
}
