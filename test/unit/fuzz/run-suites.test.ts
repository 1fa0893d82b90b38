import assert from "node:assert/strict";
import { describe, it } from "node:test";
import * as fc from "fast-check";
import { formatFinding } from "#test/fuzz/format-report.ts";
import { FuzzUsageError, parseFuzzOptions } from "#test/fuzz/fuzz-options.ts";
import { runSuites } from "#test/fuzz/run-suites.ts";
import { asyncProperty, property } from "#test/fuzz/suite.ts";
import type { FuzzSuite } from "#test/fuzz/suite.ts";
import { fuzzSuites } from "#test/fuzz/suites.ts";

const small = property("is small", fc.nat(), (value) => assert.ok(value < 1_000));
const number = property("is a number", fc.nat(), (value) => assert.equal(typeof value, "number"));
const suite = (...properties: FuzzSuite["properties"]): FuzzSuite => ({ name: "numbers", properties });

/** A clock that moves on by a second whenever it is asked. */
const clock = () => {
  let ms = 0;
  return { now: () => (ms += 1_000) };
};

describe("a fuzz run", () => {
  it("tries every property until its share of the time is over", async () => {
    const report = await runSuites([suite(number, number)], { ms: 6_000, seed: 1, clock: clock() });
    assert.deepEqual(report, { suites: [{ suite: "numbers", properties: 2, tried: 600 }], findings: [] });
  });

  it("finds the smallest example, goes on with the others, and finds it again with the seed that it tells", async () => {
    const { findings, suites } = await runSuites([suite(small, number)], {
      ms: 2_000,
      seed: 1,
      clock: clock(),
    });
    const [finding] = findings;
    assert.equal(findings.length, 1);
    assert.equal(finding?.example, "[1000]");
    assert.ok((suites[0]?.tried ?? 0) > 100);
    const again = await runSuites([suite(small)], { ms: 1, seed: finding.seed, clock: clock() });
    assert.deepEqual(again.findings, [finding]);
    assert.match(formatFinding(finding), /--suite numbers --seed 1$/);
  });

  it("waits for properties that take time", async () => {
    const slow = asyncProperty("is even", fc.nat(), async (value) => {
      await Promise.resolve();
      assert.equal(value % 2, 0);
    });
    const { findings } = await runSuites([suite(slow)], { ms: 1, seed: 1, clock: clock() });
    assert.equal(findings.length, 1);
    assert.match(findings[0]?.example ?? "", /^\[\d*[13579]\]$/);
  });
});

describe("the suites", () => {
  it("have names of their own and at least one property each", () => {
    assert.equal(new Set(fuzzSuites.map(({ name }) => name)).size, fuzzSuites.length);
    for (const { name, properties } of fuzzSuites) assert.ok(properties.length > 0, name);
  });
});

describe("the options of a fuzz run", () => {
  it("take ten minutes and all suites for granted", () => {
    assert.deepEqual(parseFuzzOptions([], 5, ["a"]), { ms: 600_000, suites: [], seed: 5, help: false });
  });

  it("take seconds, suites and a seed", () => {
    const args = ["--seconds", "30", "--suite", "a", "--seed=-7"];
    assert.deepEqual(parseFuzzOptions(args, 5, ["a"]), {
      ms: 30_000,
      suites: ["a"],
      seed: -7,
      help: false,
    });
  });

  it("refuse what cannot be used", () => {
    for (const args of [
      ["--suite", "b"],
      ["--seconds", "0"],
      ["--minutes", "x"],
      ["--minutes", "1", "--seconds", "1"],
      ["--seed", "1.5"],
      ["--nope"],
    ]) {
      assert.throws(() => parseFuzzOptions(args, 5, ["a"]), FuzzUsageError, args.join(" "));
    }
  });
});
