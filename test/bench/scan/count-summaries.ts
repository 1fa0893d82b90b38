import type { BenchCluster } from "../cluster/bench-cluster.ts";
import { listAll } from "../cluster/list-all.ts";
import { eventType } from "../cluster/resource-types.ts";

const summary = /^\d+ more violations?\b/;

/**
 * Events that sum up what the first scan found beyond the budget. They are sent up to a minute late and belong to the
 * step that caused them.
 */
export const countSummaries = async ({ client }: BenchCluster): Promise<number> => {
  let count = 0;
  for await (const event of listAll(client, eventType)) {
    if (typeof event["note"] === "string" && summary.test(event["note"])) count += 1;
  }
  return count;
};
