import assert from "node:assert/strict";
import { it } from "node:test";
import { createSilentReportStore } from "./silent-report-store.ts";

const place = { namespace: "shop", name: "uid" };

it("a silent store takes every write and gives nothing back", async () => {
  const store = createSilentReportStore();
  const first = await store.create(place, {});
  const second = await store.replace(place, {});
  assert.equal(first.kind, "written");
  assert.equal(second.kind, "written");
  assert.notDeepEqual(first, second);
  assert.equal(await store.get(place), undefined);
  assert.equal(await store.remove(place, { resourceVersion: "silent-2" }), "removed");
});

it("a silent store lists nothing", async () => {
  let pages = 0;
  await createSilentReportStore().list(() => (pages += 1), new AbortController().signal);
  assert.equal(pages, 0);
});
