import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createProgress, laterVersion } from "./progress.ts";

describe("how far the changes of a kind are worked off", () => {
  it("is past finished changes only, in the order in which they came", () => {
    const progress = createProgress("5");
    const first = progress.begin("6");
    const second = progress.begin("7");
    second.release();
    assert.deepEqual(progress.position(), { resourceVersion: "5" });
    first.release();
    assert.deepEqual(progress.position(), { resourceVersion: "7" });
  });

  it("waits for everyone who works on a change", () => {
    const progress = createProgress("5");
    const token = progress.begin("6");
    token.hold();
    token.release();
    assert.deepEqual(progress.position(), { resourceVersion: "5" });
    token.release();
    assert.deepEqual(progress.position(), { resourceVersion: "6" });
  });

  it("tells from when on creations may be unfinished", () => {
    const progress = createProgress("5");
    progress.begin("6", "2026-01-01T00:00:07Z");
    progress.begin("7", "2026-01-01T00:00:06Z");
    assert.deepEqual(progress.position(), { resourceVersion: "5", createdFrom: "2026-01-01T00:00:06Z" });
  });

  it("is unknown before the first list is complete", () => {
    const progress = createProgress(undefined);
    const listing = progress.begin(undefined);
    progress.begin("9").release();
    assert.equal(progress.position(), undefined);
    progress.listed("8");
    listing.release();
    assert.deepEqual(progress.position(), { resourceVersion: "9" });
  });
});

describe("the later of two versions", () => {
  it("is told by number, and is the second where they cannot be compared", () => {
    assert.equal(laterVersion("9", "10"), "10");
    assert.equal(laterVersion("10", "9"), "10");
    assert.equal(laterVersion("b", "a"), "a");
    assert.equal(laterVersion(undefined, "1"), "1");
  });
});
