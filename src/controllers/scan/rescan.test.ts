import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { ResourceType } from "#api/meta/resource-type.ts";
import { createVirtualClock } from "#test/support/virtual-clock.ts";
import type { ContextEpoch } from "./context-epoch.ts";
import type { WatchedKind } from "./kind-registry.ts";
import { runRescan } from "./rescan.ts";

const kindOf = (resource: string, size: number): [string, WatchedKind] => [
  resource,
  {
    scan: { type: { resource } as ResourceType, synced: true, table: { size, eventNumber: 0 } },
  } as unknown as WatchedKind,
];

describe("a round of the schedule", () => {
  it("takes the whole interval although every kind is a single page", async () => {
    const clock = createVirtualClock();
    const listed: string[] = [];
    const round = runRescan(
      {
        kinds: new Map([kindOf("pods", 3), kindOf("jobs", 0)]),
        listPages: (type) => {
          listed.push(`${type.resource} at ${clock.monotonicMs()}`);
          return Promise.resolve();
        },
        newEpoch: () => ({}) as ContextEpoch,
        clock,
        observer: { passFinished: () => {}, passFailed: () => {} },
        pageSize: 500,
      },
      10_000,
      new AbortController().signal,
    );
    await clock.advance(9_999);
    assert.deepEqual(listed, ["pods at 5000"]);
    await clock.advance(1);
    await round;
    assert.deepEqual(listed, ["pods at 5000", "jobs at 10000"]);
  });
});
