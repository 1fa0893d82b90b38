import type { GlobalEntryPort, LoadContext } from "#controllers/scan/context-epoch.ts";
import type { EventRecorder } from "#kube/events/event-recorder.ts";
import { startGlobalContext } from "./global-context-part.ts";
import type { GlobalContextPart } from "./global-context-part.ts";
import type { PartContext } from "./part.ts";
import { processKey } from "./process-key.ts";

/** Whoever scans tells how entries stand; this process may be another, or run under another Lease. */
const silent: EventRecorder = {
  record: () => {},
  idle: () => Promise.resolve(),
  stop: () => Promise.resolve(),
};

/**
 * Data of GlobalContextEntries for policies that delete. They are read once a policy asks for the first, since few do, and
 * apart from those of the scan, which may run elsewhere.
 */
export function createCleanupGlobals(
  context: PartContext,
  load: LoadContext,
): GlobalEntryPort & Pick<GlobalContextPart, "typesChanged" | "stop"> {
  let part: GlobalContextPart | undefined;
  const start = (): GlobalContextPart =>
    (part ??= startGlobalContext(context, {
      load,
      hashKey: Buffer.from(processKey()).toString("hex"),
      ownership: () => Promise.resolve({ kind: "foreign", reason: "told by whoever scans" }),
      recorder: silent,
      onFailed: () => {},
      onChanged: () => {},
    }));
  return {
    lookUp: (request, scope) => start().lookUp(request, scope),
    settle: (request, scope) => start().settle(request, scope),
    typesChanged: () => part?.typesChanged(),
    stop: async () => part?.stop(),
  };
}
