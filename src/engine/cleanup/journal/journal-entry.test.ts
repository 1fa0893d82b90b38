import assert from "node:assert/strict";
import { test } from "node:test";
import type { KubeObject } from "#api/meta/object-meta.ts";
import { buildJournalEntry, causeText, decodeJournalEntry } from "./journal-entry.ts";
import type { JournalEntry } from "./journal-entry.ts";
import { labelText } from "./journal-names.ts";
import { planRoom } from "./plan-room.ts";
import { matchesQuery, restoreOrder } from "./select-entries.ts";
import type { JournalQuery } from "./select-entries.ts";

const configMaps = {
  group: "",
  version: "v1",
  kind: "ConfigMap",
  resource: "configmaps",
  namespaced: true,
  preferred: true,
  verbs: [],
};

const entryOf = (more: {
  readonly name?: string;
  readonly namespace?: string;
  readonly kind?: string;
  readonly time?: string;
  readonly data?: object;
}): JournalEntry => {
  const { name = "a", namespace = "shop", kind = "ConfigMap", time = "2026-03-01T10:00:05Z" } = more;
  const object = {
    metadata: {
      name,
      ...(namespace === "" ? {} : { namespace }),
      uid: "u",
      resourceVersion: "1",
      ownerReferences: [{ apiVersion: "apps/v1", kind: "Deployment", name: "web", uid: "w" }],
    },
    data: more.data ?? {},
  } as unknown as KubeObject;
  const type = { ...configMaps, kind, resource: `${kind.toLowerCase()}s` };
  return buildJournalEntry(
    {
      type,
      object,
      cause: { kind: "CleanupPolicy", namespace: "shop", name: "stale" },
      run: "2026-03-01T10:00:00Z",
      reason: "selected by the policy",
    },
    { time, includeSecretData: false },
  );
};

test("an entry that was written is read as it was, with what owned the object", () => {
  const entry = entryOf({ data: { key: "value" } });
  assert.deepEqual(entry.owners, ["Deployment/web"]);
  assert.deepEqual(decodeJournalEntry(JSON.parse(JSON.stringify(entry))), entry);
});

test("a line that is no entry is none", () => {
  const entry = entryOf({});
  const broken: readonly unknown[] = [
    undefined,
    "text",
    [],
    {},
    { ...entry, time: "yesterday" },
    { ...entry, cause: {} },
    { ...entry, manifest: { apiVersion: "v1", kind: "ConfigMap" } },
    { ...entry, uid: 7 },
  ];
  for (const value of broken) assert.equal(decodeJournalEntry(value), undefined, JSON.stringify(value));
});

test("a query selects by everything that it gives", () => {
  const at = (text: string): number => Date.parse(text);
  const cases: readonly (readonly [Partial<JournalQuery>, boolean])[] = [
    [{}, true],
    [{ names: [{ name: "a" }] }, true],
    [{ names: [{ name: "b" }] }, false],
    [{ names: [{ name: "b" }, { kind: "cm", name: "a" }] }, false],
    [{ names: [{ kind: "configmap", name: "a" }] }, true],
    [{ kind: "ConfigMaps" }, true],
    [{ kind: "Secret" }, false],
    [{ namespace: "shop" }, true],
    [{ namespace: "" }, false],
    [{ policy: "stale" }, true],
    [{ policy: "shop/stale" }, true],
    [{ policy: "CleanupPolicy/shop/stale" }, true],
    [{ policy: "CleanupPolicy/stale" }, true],
    [{ policy: "other/stale" }, false],
    [{ run: "2026-03-01T10:00:00Z" }, true],
    [{ run: "2026-03-01T10:01:00Z" }, false],
    [{ sinceMs: at("2026-03-01T10:00:05Z"), untilMs: at("2026-03-01T10:00:05Z") }, true],
    [{ sinceMs: at("2026-03-01T10:00:06Z") }, false],
    [{ untilMs: at("2026-03-01T10:00:04Z") }, false],
    [{ policy: "stale", namespace: "other" }, false],
  ];
  for (const [query, expected] of cases) {
    assert.equal(matchesQuery(entryOf({}), { names: [], ...query }), expected, JSON.stringify(query));
  }
});

test("restored is the last state of each object, after what it needs", () => {
  const entries = [
    entryOf({ name: "a", time: "2026-03-01T10:00:05Z", data: { state: "old" } }),
    entryOf({ name: "shop", namespace: "", kind: "Namespace", time: "2026-03-01T10:00:07Z" }),
    entryOf({ name: "a", time: "2026-03-01T10:00:06Z", data: { state: "new" } }),
    entryOf({ name: "a", kind: "Secret" }),
  ];
  assert.deepEqual(
    restoreOrder(entries).map(({ manifest }) => [manifest.kind, manifest.metadata.name, manifest["data"]]),
    [
      ["Namespace", "shop", {}],
      ["ConfigMap", "a", { state: "new" }],
      ["Secret", "a", undefined],
    ],
  );
});

test("only what is older than the retention makes room", () => {
  const segments = [
    { id: "young", bytes: 40, untilMs: 950 },
    { id: "old", bytes: 30, untilMs: 100 },
    { id: "older", bytes: 30, untilMs: 50 },
  ];
  const bounds = { maxBytes: 50, retentionMs: 500 };
  assert.deepEqual(planRoom(segments, 10, bounds, 1_000), { remove: ["older", "old"], fits: true });
  assert.deepEqual(planRoom(segments, 11, bounds, 1_000), { remove: ["older", "old"], fits: false });
  assert.deepEqual(planRoom(segments, 0, bounds, 300), { remove: [], fits: false });
});

test("causes and runs become texts that a label may hold", () => {
  assert.equal(causeText({ kind: "DeletingPolicy", name: "stale" }), "DeletingPolicy/stale");
  assert.equal(labelText("CleanupPolicy/shop/stale"), "CleanupPolicyshopstale");
  assert.equal(labelText("2026-03-01T10:00:00Z"), "2026-03-01T100000Z");
  assert.equal(labelText(`${"x".repeat(62)}.more`).length, 62);
});
