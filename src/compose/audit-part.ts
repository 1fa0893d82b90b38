import { createAuditResults } from "#controllers/cleanup/audit-results.ts";
import type { AuditResults } from "#controllers/cleanup/audit-results.ts";
import type { Clock } from "#controllers/runtime/clock.ts";
import { fetchPages } from "#kube/list-watch/fetch-pages.ts";
import { decodeStoredReport } from "#reports/stored-report.ts";
import { isWithdrawal } from "#reports/withdrawal.ts";
import type { Part, PartContext } from "./part.ts";
import { reportTypesIn } from "./report-types.ts";
import type { ResultPort } from "./result-port.ts";

/** Starts what keeps results of audits and held runs in reports. */
export function startAudits(
  context: PartContext,
  { results, clock, parts }: { readonly results: ResultPort; readonly clock: Clock; readonly parts: Part[] },
): AuditResults {
  const { client, discovery, settings, startSettings, metrics, log, signal } = context;
  const { pageSize, openreportsEnabled } = startSettings;
  const audits = createAuditResults({
    reports: {
      merge(owner, handed) {
        const allowed: ReadonlySet<string> = new Set(settings.current().allowedResults);
        return results.merge(
          owner,
          handed.filter((result) => isWithdrawal(result) || allowed.has(result.result ?? "")),
        );
      },
      async listStored(handle, listSignal) {
        for (const type of reportTypesIn(discovery.types(), openreportsEnabled)) {
          await fetchPages(
            client,
            { type },
            (objects) => {
              for (const object of objects) {
                const stored = decodeStoredReport(object);
                if (stored?.managed === true && stored.owner !== undefined)
                  handle(stored.owner, stored.results);
              }
              return Promise.resolve();
            },
            { pageSize, signal: listSignal },
          );
        }
      },
    },
    clock,
    random: Math.random,
    log,
    signal,
  });
  metrics.metrics.cleanupAuditResults.read(() => [{ labels: {}, value: audits.count }]);
  parts.push({ stop: () => audits.stop() });
  return audits;
}
