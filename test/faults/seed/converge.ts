import { setTimeout as delay } from "node:timers/promises";
import type { ResourceType } from "#api/meta/resource-type.ts";
import { compareReports } from "../observe/compare-reports.ts";
import type { Difference } from "../observe/compare-reports.ts";
import { expectReports } from "../observe/expected-reports.ts";
import { kinds } from "../world/kinds.ts";
import type { PersistentClient } from "../world/persistent-client.ts";
import type { Stage } from "./stage.ts";

/** Where a seed stands: nothing, or what still differs. */
export interface Convergence {
  readonly differences: readonly Difference[];
  readonly ms: number;
}

const probeIntervalMs = 300;

const storedReports = async (world: PersistentClient) => [
  ...(await world.list(kinds.report)),
  ...(await world.list(kinds.clusterReport)),
];

/** One process has the Lease and nothing to do. */
const isSettled = async ({ actors }: Stage): Promise<boolean> => {
  for (const { operator } of actors) {
    const standing = await operator.standing();
    if (standing?.holdsLease === true) return standing.isQuiet;
  }
  return false;
};

/**
 * Waits until the stored reports are what is expected and whoever holds the Lease has nothing left to do; then looks once
 * more. Gives the last differences when that does not come about in time.
 */
export const converge = async (
  stage: Stage,
  deadlineMs: number,
  isServed: (type: ResourceType) => boolean,
): Promise<Convergence> => {
  const { world } = stage.cluster;
  const compare = async (): Promise<readonly Difference[]> => {
    const stored = await storedReports(world);
    return compareReports(await expectReports(world, isServed), stored);
  };
  const startMs = performance.now();
  let wasEqual = false;
  for (;;) {
    // Comparing takes the processor that the operator needs: there is no use in it while the operator works.
    const isEqual = (await isSettled(stage)) && (await compare()).length === 0;
    const ms = performance.now() - startMs;
    if (isEqual && wasEqual) return { differences: [], ms };
    wasEqual = isEqual;
    if (ms > deadlineMs) {
      const differences = await compare();
      return {
        differences: differences.length > 0 ? differences : ["nobody holds the Lease and is idle"],
        ms,
      };
    }
    await delay(probeIntervalMs);
  }
};
