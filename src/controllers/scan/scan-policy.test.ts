import assert from "node:assert/strict";
import { it } from "node:test";
import { readsGlobalEntry } from "./scan-policy.ts";
import type { ScanPolicy } from "./scan-policy.ts";

const cases: readonly [name: string, entry: string, changed: readonly string[] | "all", reads: boolean][] = [
  ["pods", "pods", [""], true],
  ["pods", "pods", ["names"], false],
  ["pods", "pods", "all", true],
  ["pods.names", "pods", ["names"], true],
  ["pods.names", "pods", [""], false],
  ["pods.names", "pods", "all", true],
  ["pods", "nodes", "all", false],
  ["team.pods", "team.pods", [""], true],
  ["team.pods", "team", ["other"], false],
];

for (const [name, entry, changed, reads] of cases) {
  const what = changed === "all" ? "all" : `[${changed.join()}]`;
  it(`a policy that names ${name} ${reads ? "reads" : "does not read"} ${what} of ${entry}`, () => {
    const policy = { compiled: { globalEntries: [name] } } as unknown as ScanPolicy;
    assert.equal(readsGlobalEntry(policy, entry, changed === "all" ? changed : new Set(changed)), reads);
  });
}
