import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { ResourceType } from "#api/meta/resource-type.ts";
import { oldestVerdictAge, scanReadiness } from "./readiness.ts";
import type { KindStanding } from "./scan-observer.ts";

const kind = (resource: string, state: KindStanding["state"], sinceMs = 0): KindStanding => ({
  type: { resource } as ResourceType,
  state,
  sinceMs,
});
const fresh = { oldestSeconds: 0, limitSeconds: 60, alone: true };

describe("readiness of the scan", () => {
  it("waits for policies and reports", () => {
    assert.match(scanReadiness("policies are being read", [], fresh) ?? "", /being read/);
  });

  it("names the kinds that are being listed", () => {
    const kinds = [kind("pods", "live"), kind("secrets", "syncing"), kind("jobs", "syncing")];
    assert.equal(scanReadiness(undefined, kinds, fresh), "being listed: jobs, secrets");
  });

  it("counts a kind that cannot be read as answered for", () => {
    assert.equal(
      scanReadiness(undefined, [kind("pods", "live"), kind("secrets", "degraded")], fresh),
      undefined,
    );
  });

  it("ends when verdicts are stale and nobody else serves", () => {
    const stale = { ...fresh, oldestSeconds: 100 };
    assert.match(scanReadiness(undefined, [], stale) ?? "", /100 s old/);
    assert.equal(scanReadiness(undefined, [], { ...stale, alone: false }), undefined);
  });
});

describe("the age of the oldest verdict", () => {
  it("is nothing while every kind is live and nothing waits", () => {
    assert.equal(oldestVerdictAge(5_000, [kind("pods", "live")], []), 0);
  });

  it("grows while a kind cannot be read and while work waits", () => {
    assert.equal(oldestVerdictAge(5_000, [kind("pods", "degraded", 1_000)], [2_000]), 4);
    assert.equal(oldestVerdictAge(5_000, [kind("pods", "live")], [2_000]), 2);
  });
});
