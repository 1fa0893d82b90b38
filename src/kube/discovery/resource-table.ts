import { apiVersionOf } from "#api/meta/resource-type.ts";
import type { ResourceType } from "#api/meta/resource-type.ts";
import type { ServedVersion } from "./served-version.ts";

/** What is served, as rows. */
export interface ResourceTable {
  readonly types: readonly ResourceType[];
  /** `group/version` whose rows are of an earlier answer, because the API behind them does not answer now. */
  readonly stale: readonly string[];
}

export const emptyTable: ResourceTable = { types: [], stale: [] };

/** Rows of what is served now; a version that the server cannot tell of keeps the rows it had in `before`. */
export function buildTable(served: readonly ServedVersion[], before: ResourceTable): ResourceTable {
  const seen = new Set<string>();
  const stale: string[] = [];
  const types = served.flatMap((entry) => {
    if (entry.resources === undefined) stale.push(apiVersionOf(entry));
    const rows =
      entry.resources ??
      before.types.filter(({ group, version }) => group === entry.group && version === entry.version);
    return rows.map((row): ResourceType => {
      const key = `${row.group}/${row.kind}/${row.resource}`;
      const preferred = !seen.has(key);
      seen.add(key);
      return { ...row, preferred };
    });
  });
  return { types, stale };
}

/** Equal for tables with the same rows in the same order. */
export function tableText(table: ResourceTable): string {
  return JSON.stringify([
    table.stale,
    table.types.map((type) => [
      type.group,
      type.version,
      type.kind,
      type.resource,
      type.namespaced,
      type.preferred,
      type.verbs,
    ]),
  ]);
}
