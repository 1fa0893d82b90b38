import { randomBytes } from "node:crypto";
import { createConfigMapStore } from "#controllers/journal/config-map-store.ts";
import { createJournal } from "#controllers/journal/create-journal.ts";
import type { DeletionJournal } from "#controllers/journal/create-journal.ts";
import type { JournalStore } from "#controllers/journal/journal-store.ts";
import { createVolumeStore } from "#controllers/journal/volume-store.ts";
import { systemClock } from "#controllers/runtime/clock.ts";
import { startCron } from "#controllers/runtime/schedule.ts";
import type { Part, PartContext } from "./part.ts";

/** Once an hour, away from the full one. */
const pruneTimes = "37 * * * *";

/**
 * Opens the journal of this process; undefined where none is asked for. Its part is stopped after those of cleanup and TTL
 * where it is started before them.
 */
export function startJournal(context: PartContext, parts: Part[]): DeletionJournal | undefined {
  const { startSettings, log } = context;
  const { metrics } = context.metrics;
  const store = openStore(context);
  if (store === undefined) return undefined;
  let isFailing = false;
  const journal = createJournal({
    store,
    includeSecretData: startSettings.journalSecretData,
    time: timeText,
    observer: {
      kept(entries) {
        if (isFailing) log.info("journal can be written again");
        isFailing = false;
        metrics.journalEntries.inc({}, entries);
      },
      failed({ reason, message }) {
        metrics.journalFailures.inc({ reason });
        // One line when it begins, not one for each object.
        if (!isFailing)
          log.error("journal cannot be written, so nothing is deleted", { reason, problem: message });
        isFailing = reason !== "too large";
      },
    },
  });
  metrics.journalBytes.read(() => [{ labels: {}, value: journal.bytes }]);
  const prune = async (): Promise<void> => {
    try {
      await journal.prune();
    } catch (error) {
      log.warn("what is over in the journal cannot be removed", { error });
    }
  };
  // What is there is measured before anything is added.
  void prune();
  const schedule = startCron({ expression: pruneTimes, run: prune, log });
  parts.push({
    async stop() {
      await schedule.stop();
      await journal.stop();
    },
  });
  log.info("journal started", { journal: startSettings.journal });
  return journal;
}

function openStore({ client, startSettings }: PartContext): JournalStore | undefined {
  const { journal, journalPath, journalMaxSize, journalRetention, namespace } = startSettings;
  const bounds = { maxBytes: journalMaxSize, retentionMs: journalRetention };
  const uniqueText = (): string => randomBytes(5).toString("hex");
  switch (journal) {
    case "none":
      return undefined;
    case "volume":
      return createVolumeStore({ ...bounds, folder: journalPath, now: () => systemClock.now(), uniqueText });
    case "configmaps":
      return createConfigMapStore({ ...bounds, client, namespace, time: timeText, uniqueText });
    default:
      return journal satisfies never;
  }
}

/** Now, in UTC and whole seconds. */
function timeText(): string {
  return new Date(systemClock.now()).toISOString().replace(/\.\d+Z$/, "Z");
}
