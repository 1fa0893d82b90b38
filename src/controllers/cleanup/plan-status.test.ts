import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { staleTask } from "./cleanup-world.fixture.ts";
import { planCleanupStatus } from "./plan-status.ts";
import type { RunRecord } from "./plan-status.ts";

interface Condition {
  readonly type: string;
  readonly status: string;
  readonly reason: string;
}

const nowMs = Date.parse("2026-03-01T10:00:00Z");
const run = (outcome: RunRecord["outcome"]): RunRecord => ({
  scheduledMs: nowMs,
  endedMs: nowMs,
  durationMs: 1,
  outcome,
});
const failed = run({ kind: "failed", message: "no room", journal: "full" });
const completed = run({ kind: "completed" });

const conditionsAfter = (stored: object, lastRun: RunRecord): readonly Condition[] => {
  const planned = planCleanupStatus(staleTask({ status: stored }), { lastRun, nextMs: nowMs }, nowMs);
  return (planned as { status: { conditions: Condition[] } } | undefined)?.status.conditions ?? [];
};
const journalIn = (conditions: readonly Condition[]) =>
  conditions
    .filter(({ type }) => type === "JournalWritable")
    .map(({ status, reason }) => `${status} ${reason}`);

describe("the condition of the journal", () => {
  it("stands where the journal could not be written, and turns when it can", () => {
    const broken = conditionsAfter({}, failed);
    assert.deepEqual(journalIn(broken), ["False Full"]);
    assert.deepEqual(journalIn(conditionsAfter({ conditions: broken }, completed)), ["True Written"]);
  });

  it("is nothing that a policy without such a failure shows", () => {
    assert.deepEqual(journalIn(conditionsAfter({}, completed)), []);
    assert.deepEqual(journalIn(conditionsAfter({}, run({ kind: "failed", message: "no answer" }))), []);
  });

  it("stays as it is where a run failed for another reason", () => {
    const broken = conditionsAfter({}, failed);
    const other = run({ kind: "failed", message: "no answer" });
    assert.deepEqual(journalIn(conditionsAfter({ conditions: broken }, other)), ["False Full"]);
  });
});
