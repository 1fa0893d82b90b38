import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { keepGroup, keptUids } from "./keep-last.ts";
import { exceededLimits } from "./run-limits.ts";

const counts = {
  scanned: 1_000,
  matched: 600,
  byNamespace: new Map([
    ["", 300],
    ["a", 200],
    ["b", 100],
  ]),
};

describe("the limits of a run", () => {
  it("let a run go on that stays within them", () => {
    const limits = { maxCount: 600, maxPercent: 60, percentFrom: 0, maxPerNamespace: 200 };
    assert.deepEqual(exceededLimits(limits, counts), []);
  });
  it("hold what is more than a number", () => {
    assert.deepEqual(exceededLimits({ maxCount: 599, percentFrom: 0 }, counts), [
      "600 objects match, the limit is 599",
    ]);
  });
  it("hold what is more than a share of what was looked at", () => {
    assert.deepEqual(exceededLimits({ maxPercent: 59.9, percentFrom: 0 }, counts), [
      "600 of 1000 objects match (60 %), the limit is 59.9 %",
    ]);
  });
  it("do not measure the share of small runs", () => {
    assert.deepEqual(exceededLimits({ maxPercent: 50, percentFrom: 600 }, counts), []);
  });
  it("hold what is too much for one namespace, and name the worst", () => {
    assert.deepEqual(exceededLimits({ percentFrom: 0, maxPerNamespace: 99 }, counts), [
      "200 objects match in namespace a, the limit is 99 and 1 other namespaces exceed it",
    ]);
  });
  it("hold any match at all where the limit is nothing", () => {
    assert.equal(exceededLimits({ maxCount: 0, percentFrom: 0 }, counts).length, 1);
    assert.equal(exceededLimits({ maxCount: 0, percentFrom: 0 }, { ...counts, matched: 0 }).length, 0);
  });
});

describe("keeping the last of each group", () => {
  const candidate = (uid: string, createdMs: number, group = "g") => ({ uid, createdMs, group });
  it("keeps the newest", () => {
    const all = [
      candidate("old", 1),
      candidate("new", 3),
      candidate("middle", 2),
      candidate("other", 0, "h"),
    ];
    assert.deepEqual(keptUids(all, { count: 2, labels: [] }), new Set(["new", "middle", "other"]));
  });
  it("decides by uid between objects of one age", () => {
    assert.deepEqual(
      keptUids([candidate("b", 1), candidate("a", 1)], { count: 1, labels: [] }),
      new Set(["a"]),
    );
  });
  it("keeps none where none is asked for", () => {
    assert.equal(keptUids([candidate("a", 1)], { count: 0, labels: [] }).size, 0);
  });
  it("tells groups apart by kind, namespace and labels, and an absent label from every value", () => {
    const rule = { count: 1, labels: ["app"] };
    const of = (namespace: string, labels: object) =>
      keepGroup({ type: "v1/pods", namespace, labels: { ...labels } }, rule);
    const groups = [
      of("a", { app: "x" }),
      of("b", { app: "x" }),
      of("a", { app: "y" }),
      of("a", {}),
      of("a", { app: "null" }),
    ];
    assert.equal(new Set(groups).size, 5);
    assert.equal(of("a", { app: "x", other: "1" }), of("a", { app: "x", other: "2" }));
  });
});
