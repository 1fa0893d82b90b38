import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { ResourceType } from "#api/meta/resource-type.ts";
import { createVirtualClock } from "#test/support/virtual-clock.ts";
import type { ContextEpoch } from "./context-epoch.ts";
import type { WatchedKind } from "./kind-registry.ts";
import { runRescan } from "./rescan.ts";
import type { RescanDeps } from "./rescan.ts";

const kindOf = (resource: string, size: number): [string, WatchedKind] => {
  const scan = {
    type: { resource } as ResourceType,
    synced: true,
    table: { size, changeNumber: 0 },
    signal: new AbortController().signal,
    judgeListed: () => Promise.resolve(),
  };
  return [resource, { scan } as unknown as WatchedKind];
};

function setUp(kinds: Map<string, WatchedKind>, more: Partial<RescanDeps> = {}) {
  const clock = createVirtualClock();
  const listed: string[] = [];
  const aborting = new AbortController();
  const deps: RescanDeps = {
    kinds,
    // Pages of two.
    listPages: async (type, { pace }, _handle, onListStart) => {
      onListStart();
      const size = kinds.get(type.resource)?.scan.table.size ?? 0;
      for (let first = 0; first === 0 || first < size; first += 2) {
        if (first > 0) await pace?.();
        listed.push(`${type.resource} at ${clock.monotonicMs()}`);
      }
    },
    newEpoch: () => ({}) as ContextEpoch,
    clock,
    observer: { passFinished: () => {}, passFailed: () => {} },
    pageSize: 2,
    intervalMs: () => 10_000,
    ...more,
  };
  let ended = false;
  const round = runRescan(deps, aborting.signal).finally(() => {
    ended = true;
  });
  return { clock, listed, aborting, round, ended: () => ended };
}

describe("a round of the schedule", () => {
  it("takes the whole interval although every kind is a single page", async () => {
    const { clock, listed, round } = setUp(new Map([kindOf("pods", 2), kindOf("jobs", 0)]));
    await clock.advance(9_999);
    assert.deepEqual(listed, ["pods at 5000"]);
    await clock.advance(1);
    await round;
    assert.deepEqual(listed, ["pods at 5000", "jobs at 10000"]);
  });

  it("spreads the pages of all kinds evenly", async () => {
    const { clock, listed, round } = setUp(new Map([kindOf("pods", 6), kindOf("jobs", 1)]));
    await clock.advance(10_000);
    await round;
    assert.deepEqual(listed, ["pods at 2500", "pods at 5000", "pods at 7500", "jobs at 10000"]);
  });

  it("takes the interval although nothing can be listed, so that rounds do not chase each other", async () => {
    const failing = setUp(new Map([kindOf("pods", 2)]), {
      listPages: () => Promise.reject(new Error("503")),
    });
    const empty = setUp(new Map());
    for (const { clock, ended, round } of [failing, empty]) {
      await clock.advance(9_999);
      assert.equal(ended(), false);
      await clock.advance(1);
      await round;
    }
  });

  it("goes on with the other kinds where one cannot be listed", async () => {
    const failed: string[] = [];
    const { clock, listed, round } = setUp(new Map([kindOf("pods", 2), kindOf("jobs", 1)]), {
      listPages: (type) => {
        listed.push(type.resource);
        return type.resource === "pods" ? Promise.reject(new Error("403")) : Promise.resolve();
      },
      observer: { passFinished: () => {}, passFailed: (type) => failed.push(type.resource) },
    });
    await clock.advance(10_000);
    await round;
    assert.deepEqual([listed, failed], [["pods", "jobs"], ["pods"]]);
  });

  it("follows a shorter interval within seconds", async () => {
    let intervalMs = 3_600_000;
    const { clock, listed } = setUp(new Map([kindOf("pods", 1)]), { intervalMs: () => intervalMs });
    await clock.advance(60_000);
    intervalMs = 30_000;
    await clock.advance(10_000);
    assert.equal(listed.length, 1);
  });

  it("leaves out a kind that is not judged any more", async () => {
    const kinds = new Map([kindOf("pods", 1), kindOf("jobs", 1)]);
    const { clock, listed, round } = setUp(kinds);
    await clock.advance(6_000);
    kinds.delete("jobs");
    await clock.advance(4_000);
    await round;
    assert.deepEqual(listed, ["pods at 5000"]);
  });

  it("ends at once when the process stops", async () => {
    const { clock, aborting, round, listed } = setUp(new Map([kindOf("pods", 1)]));
    await clock.advance(100);
    aborting.abort();
    await round;
    assert.deepEqual(listed, []);
  });
});
