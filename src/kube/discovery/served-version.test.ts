import assert from "node:assert/strict";
import { test } from "node:test";
import { buildTable, emptyTable, tableText } from "./resource-table.ts";
import { decodeAggregated, decodeGroups, decodeResources } from "./served-version.ts";
import type { ServedVersion } from "./served-version.ts";

function resource(kind: string, more: Readonly<Record<string, unknown>> = {}) {
  const name = `${kind.toLowerCase()}s`;
  return { resource: name, responseKind: { kind }, scope: "Namespaced", verbs: ["get", "list"], ...more };
}

test("an aggregated answer gives rows, and says of which versions nothing is known", () => {
  const served = decodeAggregated({
    kind: "APIGroupDiscoveryList",
    items: [
      {
        metadata: { name: "apps" },
        versions: [
          {
            version: "v1",
            freshness: "Current",
            resources: [resource("Deployment"), { resource: "nokind" }],
          },
          { version: "v1beta1", resources: [resource("Node", { scope: "Cluster", verbs: ["get", 1] })] },
        ],
      },
      { metadata: { name: "broken" }, versions: [{ version: "v1", freshness: "Stale", resources: null }] },
      {
        metadata: { name: "old" },
        versions: [{ version: "v1", freshness: "Stale", resources: [resource("Old")] }],
      },
      { metadata: { name: "empty" }, versions: [{ version: "v1", freshness: "Current" }] },
      null,
    ],
  });
  const row = { group: "apps", version: "v1", namespaced: true, verbs: ["get", "list"] };
  assert.deepEqual(served, [
    { group: "apps", version: "v1", resources: [{ ...row, kind: "Deployment", resource: "deployments" }] },
    {
      group: "apps",
      version: "v1beta1",
      resources: [
        { ...row, version: "v1beta1", kind: "Node", resource: "nodes", namespaced: false, verbs: ["get"] },
      ],
    },
    { group: "broken", version: "v1", resources: undefined },
    { group: "old", version: "v1", resources: [{ ...row, group: "old", kind: "Old", resource: "olds" }] },
    { group: "empty", version: "v1", resources: [] },
  ]);
  assert.equal(decodeAggregated({ kind: "APIGroupList", groups: [] }), undefined);
});

test("the older form: groups with the preferred version first, resources without subresources", () => {
  assert.deepEqual(decodeGroups({ kind: "APIVersions", versions: ["v1"] }), [{ group: "", version: "v1" }]);
  const group = {
    name: "batch",
    versions: [{ version: "v2" }, { version: "v1" }],
    preferredVersion: { version: "v1" },
  };
  assert.deepEqual(decodeGroups({ kind: "APIGroupList", groups: [group] }), [
    { group: "batch", version: "v1" },
    { group: "batch", version: "v2" },
  ]);
  const resources = [
    { name: "jobs", kind: "Job", namespaced: true, verbs: ["list"] },
    { name: "jobs/status", kind: "Job", namespaced: true, verbs: ["get"] },
  ];
  assert.deepEqual(decodeResources({ resources }, "batch", "v1"), {
    group: "batch",
    version: "v1",
    resources: [
      { group: "batch", version: "v1", kind: "Job", resource: "jobs", namespaced: true, verbs: ["list"] },
    ],
  });
});

function served(version: string, kinds: readonly string[] | undefined): ServedVersion {
  const resources = kinds?.map((kind) => ({
    group: "g",
    version,
    kind,
    resource: kind.toLowerCase(),
    namespaced: true,
    verbs: [],
  }));
  return { group: "g", version, resources };
}

test("a kind's first version in the server's order is the preferred one, kind by kind", () => {
  const table = buildTable([served("v1", ["A"]), served("v1beta1", ["A", "B"])], emptyTable);
  assert.deepEqual(
    table.types.map(({ version, kind, preferred }) => [version, kind, preferred]),
    [
      ["v1", "A", true],
      ["v1beta1", "A", false],
      ["v1beta1", "B", true],
    ],
  );
});

test("a version that the server cannot tell of keeps its rows and is named as stale", () => {
  const before = buildTable([served("v1", ["A", "B"])], emptyTable);
  const table = buildTable([served("v1", undefined)], before);
  assert.deepEqual(table.types, before.types);
  assert.deepEqual(table.stale, ["g/v1"]);
  assert.notEqual(tableText(table), tableText(before));
  assert.deepEqual(buildTable([], before).types, []);
});
