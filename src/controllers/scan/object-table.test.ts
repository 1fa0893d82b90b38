import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { ObjectTable } from "./object-table.ts";

const place = { name: "web", namespace: "shop" };

describe("the object table", () => {
  it("sweeps what the latest list did not see", () => {
    const table = new ObjectTable();
    table.note("a", place, 1);
    table.note("b", place, 1);
    table.note("b", place, 2);
    assert.deepEqual(table.sweep(2), ["a"]);
    assert.equal(table.has("a"), false);
    assert.equal(table.size, 1);
  });

  it("tells what changed since a list began", () => {
    const table = new ObjectTable();
    const [a, b] = [table.note("a", place, 1), table.note("b", place, 1)];
    table.noteSeen(a, "1");
    table.noteSeen(b, "1");
    const listBegan = table.changeNumber;
    table.noteSeen(a, "2");
    assert.deepEqual([table.changedSince("a", listBegan), table.changedSince("b", listBegan)], [true, false]);
  });

  it("counts what looks as before as no change", () => {
    const table = new ObjectTable();
    const record = table.note("a", place, 1);
    const first = table.noteSeen(record, "1") ?? 0;
    assert.equal(table.noteSeen(record, "1"), undefined);
    assert.equal(table.changedSince("a", first), false);
  });

  it("takes what is gone for changed", () => {
    const table = new ObjectTable();
    table.note("a", place, 1);
    table.remove("a");
    assert.equal(table.changedSince("a", table.changeNumber), true);
  });
});
