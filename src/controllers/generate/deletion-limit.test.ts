import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createDeletionLimit } from "./deletion-limit.ts";

describe("the limit of deletions that follow from evaluations", () => {
  const facts = { downstreams: 200, maxPerMinute: undefined };

  it("lets a hundred a minute go, or a fifth of what there is, whichever is more", () => {
    const limit = createDeletionLimit(() => 0);
    assert.equal(limit.take("few", 100, facts), 100);
    assert.equal(limit.take("many", 400, { ...facts, downstreams: 2_000 }), 400);
    assert.equal(limit.take("many too", 401, { ...facts, downstreams: 2_000 }), 0);
  });

  it("counts what went before, and starts again after a minute", () => {
    let nowMs = 0;
    const limit = createDeletionLimit(() => nowMs);
    assert.equal(limit.take("p", 60, facts), 60);
    nowMs = 61_000;
    assert.equal(limit.take("p", 60, facts), 60);
  });

  it("lets nothing go once it was too much, until somebody confirms", () => {
    let nowMs = 0;
    const limit = createDeletionLimit(() => nowMs);
    assert.equal(limit.take("p", 101, facts), 0);
    nowMs = 120_000;
    assert.equal(limit.take("p", 1, facts), 0);
    assert.equal(limit.isHeld("p"), true);
    limit.confirm("p");
    assert.equal(limit.isHeld("p"), false);
    assert.equal(limit.take("p", 101, facts), 101);
  });

  it("is what the policy says, and each policy has its own", () => {
    const limit = createDeletionLimit(() => 0);
    assert.equal(limit.take("p", 1, { ...facts, maxPerMinute: 0 }), 0);
    assert.equal(limit.take("q", 1, facts), 1);
  });
});
