import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { planEntryStatus } from "./plan-entry-status.ts";

const noonMs = Date.parse("2026-01-01T12:00:00Z");
const ready = (refreshedMs: number) => ({ kind: "ready", refreshedMs }) as const;
const failed = { kind: "failed", message: "pods is forbidden" } as const;

describe("the status of an entry", () => {
  it("is that of Kyverno where the entry has data", () => {
    assert.deepEqual(planEntryStatus(ready(noonMs - 1_000), {}, noonMs), {
      ready: true,
      conditions: [
        {
          type: "Ready",
          status: "True",
          reason: "Succeeded",
          message: "Ready",
          lastTransitionTime: "2026-01-01T12:00:00Z",
        },
      ],
      lastRefreshTime: "2026-01-01T11:59:59Z",
    });
  });

  it("names what is wrong, and keeps the time of the last refresh", () => {
    const before = planEntryStatus(ready(noonMs), {}, noonMs);
    assert.ok(before);
    const after = planEntryStatus(failed, before, noonMs + 5_000);
    assert.equal(after?.ready, false);
    assert.equal(after?.lastRefreshTime, "2026-01-01T12:00:00Z");
    assert.deepEqual(after?.conditions[0], {
      type: "Ready",
      status: "False",
      reason: "Failed",
      message: "pods is forbidden",
      lastTransitionTime: "2026-01-01T12:00:05Z",
    });
  });

  it("is not written while nothing is known", () => {
    assert.equal(planEntryStatus({ kind: "loading" }, {}, noonMs), undefined);
  });

  it("is not written again for a refresh within a minute, and is for one after it", () => {
    const before = planEntryStatus(ready(noonMs), {}, noonMs);
    assert.ok(before);
    assert.equal(planEntryStatus(ready(noonMs + 59_000), before, noonMs + 59_000), undefined);
    const after = planEntryStatus(ready(noonMs + 60_000), before, noonMs + 60_000);
    assert.equal(after?.lastRefreshTime, "2026-01-01T12:01:00Z");
    assert.equal(after?.conditions[0]?.lastTransitionTime, "2026-01-01T12:00:00Z");
  });

  it("survives a stored status that is not as it should be", () => {
    const odd = { ready: "yes", conditions: [{ type: 1 }], lastRefreshTime: "yesterday" };
    assert.equal(planEntryStatus(ready(noonMs), odd, noonMs)?.ready, true);
  });
});
