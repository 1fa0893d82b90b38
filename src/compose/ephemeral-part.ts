import type { ResourceType } from "#api/meta/resource-type.ts";
import type { UidRange } from "#api/meta/uid-range.ts";
import type { ResultIntake } from "#controllers/reports/create-report-keeper.ts";
import { createEphemeralIntake } from "#controllers/reports/ephemeral-intake.ts";
import type { EphemeralIntake } from "#controllers/reports/ephemeral-intake.ts";
import { createKubeEphemeralStore } from "#controllers/reports/ephemeral-store.ts";
import type { IsAlive } from "#controllers/reports/report-writer.ts";
import { systemClock } from "#controllers/runtime/clock.ts";
import type { Part, PartContext } from "./part.ts";

/** Merges what others tell in EphemeralReports, as soon as and as long as their CRDs are served. */
export function startEphemeralIntake(
  context: PartContext,
  options: { readonly reports: ResultIntake; readonly isAlive: IsAlive; readonly range: UidRange },
): Part {
  const { client, discovery, log, signal } = context;
  let intake: EphemeralIntake | undefined;

  const find = (kind: string): ResourceType | undefined =>
    discovery
      .types()
      .find((type) => type.group === "reports.kyverno.io" && type.kind === kind && type.preferred);

  const startWhereServed = (): void => {
    const [namespaced, cluster] = [find("EphemeralReport"), find("ClusterEphemeralReport")];
    if (intake !== undefined || namespaced === undefined || cluster === undefined) return;
    intake = createEphemeralIntake({
      store: createKubeEphemeralStore({
        client,
        types: { namespaced, cluster },
        findType: ({ group, version, resource }) => discovery.resolve({ group, version, resource })[0],
      }),
      reports: options.reports,
      isAlive: options.isAlive,
      uidRange: options.range,
      clock: systemClock,
      random: Math.random,
      log,
      signal,
    });
    intake.start();
  };

  startWhereServed();
  const unsubscribe = discovery.onChange(startWhereServed);
  return {
    async stop() {
      unsubscribe();
      await intake?.stop();
    },
  };
}
