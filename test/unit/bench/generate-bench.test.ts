import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { parseGenerateOptions } from "#test/bench/generate/generate-options.ts";
import { compareGenerateWithTargets } from "#test/bench/generate/targets.ts";
import type { CopyFigures, GenerateFigures } from "#test/bench/generate/figures.ts";
import { compareMutateWithTargets } from "#test/bench/mutate-existing/targets.ts";
import type { MutateFigures } from "#test/bench/mutate-existing/figures.ts";
import { parseMutateOptions } from "#test/bench/mutate-existing/mutate-options.ts";

const wave: CopyFigures = {
  right: 5000,
  callsPerCopy: 1.01,
  reportsPerTrigger: 1,
  events: 3,
  listPages: 40,
  reads: 0,
  refusedWrites: 0,
  seconds: 30,
  bareClientSeconds: 10,
};
const generate: GenerateFigures = {
  policy: "classic",
  copies: 5000,
  creation: wave,
  edit: { ...wave, reportsPerTrigger: 0 },
  restartWrites: 0,
  peakRssMiB: 180,
};
const mutate: MutateFigures = {
  policy: "classic",
  targets: 5000,
  right: 5000,
  writesPerTarget: 1,
  reads: 0,
  listPages: 10,
  refusedWrites: 0,
  reports: 1,
  events: 0,
  secondPassWrites: 0,
  seconds: 30,
  bareClientSeconds: 10,
  peakRssMiB: 180,
};

const missed = (rows: ReturnType<typeof compareGenerateWithTargets>): readonly string[] =>
  rows.filter(({ met, decides }) => decides && !met).map(({ what }) => what);

describe("the bench of generation", () => {
  it("lets counts decide and times not", () => {
    assert.deepEqual(missed(compareGenerateWithTargets(generate)), []);
    const lists = { ...generate, edit: { ...generate.edit, listPages: 5000, callsPerCopy: 2 } };
    assert.deepEqual(missed(compareGenerateWithTargets(lists)), [
      "edit of the source: calls per copy",
      "edit of the source: pages listed",
    ]);
    assert.deepEqual(missed(compareGenerateWithTargets({ ...generate, restartWrites: 1 })), [
      "writes of a restart",
    ]);
  });

  it("refuses arguments that it cannot use", () => {
    assert.equal(parseGenerateOptions([]).namespaces, 5000);
    assert.throws(() => parseGenerateOptions(["--namespaces", "x"]), /from 10 to/);
    assert.throws(() => parseGenerateOptions(["--policy", "mpol"]), /classic or gpol/);
    assert.throws(() => parseGenerateOptions(["--copies", "1"]), /copies/);
  });
});

describe("the bench of changes to existing objects", () => {
  it("wants every target changed once, without a read, and nothing the second time", () => {
    assert.deepEqual(missed(compareMutateWithTargets(mutate)), []);
    const wrong = { ...mutate, right: 4999, reads: 1, secondPassWrites: 1, writesPerTarget: 2 };
    assert.deepEqual(missed(compareMutateWithTargets(wrong)), [
      "targets that are right",
      "writes per target",
      "single reads of targets",
      "writes of a second pass",
    ]);
  });

  it("refuses arguments that it cannot use", () => {
    assert.equal(parseMutateOptions(["--policy", "mpol"]).policy, "mpol");
    assert.throws(() => parseMutateOptions(["--targets", "1"]), /from 10 to/);
  });
});
