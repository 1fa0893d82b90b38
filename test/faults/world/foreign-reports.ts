import { kinds } from "./kinds.ts";
import type { PersistentClient } from "./persistent-client.ts";

const places = ["shop", "lab"].map((namespace) => ({
  type: kinds.report,
  namespace,
  name: "of-another-tool",
}));

/** resourceVersions of the reports that must not be touched. */
export type ForeignReports = readonly string[];

const versionsOf = async (client: PersistentClient): Promise<readonly string[]> => {
  const stored = await Promise.all(places.map((place) => client.get(place)));
  return stored.map((report) => report?.metadata.resourceVersion ?? "gone");
};

/** Puts reports of another tool beside ours, with results that are named like those of our policies. */
export const placeForeignReports = async (client: PersistentClient): Promise<ForeignReports> => {
  for (const place of places) {
    await client.ensure(place, {
      results: [{ source: "kyverno", policy: "need-team", rule: "has-team", result: "fail" }],
      summary: { pass: 0, fail: 1, warn: 0, error: 0, skip: 0 },
    });
  }
  return versionsOf(client);
};

export const checkForeignReports = async (
  client: PersistentClient,
  before: ForeignReports,
): Promise<readonly string[]> =>
  (await versionsOf(client)).flatMap((version, index) =>
    version === before[index]
      ? []
      : [`the report of another tool in ${places[index]?.namespace} was touched`],
  );
