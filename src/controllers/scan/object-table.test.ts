import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { ObjectTable } from "./object-table.ts";

const place = { name: "web", namespace: "shop" };

describe("the object table", () => {
  it("sweeps what the latest list did not see", () => {
    const table = new ObjectTable();
    table.note("a", place, { epoch: 1, event: false });
    table.note("b", place, { epoch: 1, event: false });
    table.note("b", place, { epoch: 2, event: false });
    assert.deepEqual(table.sweep(2), ["a"]);
    assert.equal(table.has("a"), false);
    assert.equal(table.size, 1);
  });

  it("tells by the number of the last event what overtook a page", () => {
    const table = new ObjectTable();
    table.note("a", place, { epoch: 1, event: false });
    const pageRead = table.eventNumber;
    const record = table.note("a", place, { epoch: 1, event: true });
    assert.ok(record.lastEvent > pageRead);
  });

  it("keeps an event's number when a list tells of the object later", () => {
    const table = new ObjectTable();
    const { lastEvent } = table.note("a", place, { epoch: 1, event: true });
    assert.equal(table.note("a", place, { epoch: 2, event: false }).lastEvent, lastEvent);
  });
});
