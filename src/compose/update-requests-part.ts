import { systemClock } from "#controllers/runtime/clock.ts";
import type { RequestWorker } from "#controllers/update-requests/ports.ts";
import { createRequestIntake } from "#controllers/update-requests/request-intake.ts";
import { createPartRecorder } from "./event-recorder.ts";
import type { Part, PartContext } from "./part.ts";

/** Requests of others that are carried out at once, as many as Kyverno has workers. */
const concurrency = 10;

/** Starts to carry out the UpdateRequests that others write. */
export function startUpdateRequests(
  context: PartContext,
  workers: Readonly<Partial<Record<"mutate" | "generate", RequestWorker>>>,
): Part {
  const { client, discovery, startSettings, log, signal } = context;
  const { metrics } = context.metrics;
  const recorder = createPartRecorder(context);
  const intake = createRequestIntake({
    client,
    openSource: context.openSource,
    types: () => discovery.types(),
    namespace: startSettings.namespace,
    workers,
    concurrency,
    onOutcome: (type, outcome) => metrics.updateRequests.inc({ type, outcome }),
    onGivenUp: ({ apiVersion, kind, metadata }, message) => {
      const { name, uid } = metadata;
      const request = { apiVersion, kind, namespace: startSettings.namespace, name, uid };
      recorder.record({
        policy: request,
        namespace: startSettings.namespace,
        events: [
          {
            controller: "kyverno-generate",
            regarding: request,
            reason: "PolicyError",
            action: "None",
            note: `given up after five tries: ${message}`,
          },
        ],
      });
    },
    clock: systemClock,
    random: Math.random,
    log,
    signal,
  });
  metrics.updateRequestsWaiting.read(() => [{ labels: {}, value: intake.readings().waiting }]);
  const unsubscribe = discovery.onChange(() => intake.typesChanged());
  return {
    async stop() {
      unsubscribe();
      await intake.stop();
      await recorder.stop();
    },
  };
}
