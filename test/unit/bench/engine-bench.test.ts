import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { checkByHand } from "#test/bench/engine/by-hand/checks.ts";
import type { Pod } from "#test/bench/engine/by-hand/pod.ts";
import { parseEngineOptions } from "#test/bench/engine/engine-options.ts";
import { buildEnginePod, buildSizedPod } from "#test/bench/engine/engine-pods.ts";
import type { EngineFigures } from "#test/bench/engine/figures.ts";
import { compareEngineWithTargets } from "#test/bench/engine/targets.ts";
import { allCountsMet } from "#test/bench/scan/targets.ts";
import { UsageError } from "#test/bench/scan/scan-options.ts";

const figures: EngineFigures = {
  pods: 500,
  speed: [
    {
      kind: "deny",
      rules: 2,
      results: 1_000,
      perSecond: 90_000,
      perSecondAtNominalSpeed: 120_000,
      timesByHand: 50,
      machineSpeed: 0.75,
      agrees: true,
    },
  ],
  bytes: [{ kind: "deny", perResultSmall: 4_000, perResultLarge: 4_100 }],
  smallPodBytes: 5_000,
  largePodBytes: 50_000,
  compile: { policies: 277, ms: 250 },
};

const rowOf = (what: string, of: EngineFigures = figures) =>
  compareEngineWithTargets(of).find((row) => row.what.startsWith(what));

describe("the bench of the engine", () => {
  it("has the same pods in every run", () => {
    assert.deepEqual(buildEnginePod(6), buildEnginePod(6));
    assert.notDeepEqual(buildEnginePod(6), buildEnginePod(7));
  });

  it("enlarges a pod to about the size wanted, and no rule by hand tells the difference", () => {
    const [small, large] = [buildSizedPod(3, 5_000), buildSizedPod(3, 50_000)];
    assert.ok(Math.abs(JSON.stringify(small).length - 5_000) < 1_000);
    assert.ok(Math.abs(JSON.stringify(large).length - 50_000) < 3_000);
    for (const rule of ["app-armor", "restricted", "check-emptydir-requests-limits", "check-for-regex"]) {
      const check = checkByHand(rule);
      assert.equal(check(small as unknown as Pod), check(large as unknown as Pod));
    }
  });

  it("shows a rate below its target and fails for nothing but counts and verdicts", () => {
    assert.equal(rowOf("deny: results per second")?.met, false);
    assert.equal(rowOf("deny: the same on an idle machine")?.met, true);
    assert.equal(allCountsMet(compareEngineWithTargets(figures)), true);
  });

  it("fails where allocations grow with the object or a verdict is another than that by hand", () => {
    const grows = {
      ...figures,
      bytes: [{ kind: "deny", perResultSmall: 4_000, perResultLarge: 4_500 }],
    } as const;
    assert.equal(allCountsMet(compareEngineWithTargets(grows)), false);
    const wrong = { ...figures, speed: figures.speed.map((speed) => ({ ...speed, agrees: false })) };
    assert.equal(allCountsMet(compareEngineWithTargets(wrong)), false);
  });

  it("takes its policies from the folder above cli, unless it is told otherwise", () => {
    assert.equal(parseEngineOptions([], { REARGUARD_CONFORMANCE: "/data" }).corpus, "/data/cli");
    assert.equal(parseEngineOptions(["--corpus", "/other"], {}).corpus, "/other");
    assert.equal(parseEngineOptions([], {}).corpus, undefined);
    assert.throws(() => parseEngineOptions(["--pods", "none"], {}), UsageError);
  });
});
