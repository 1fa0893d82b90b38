import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { nearestName } from "./nearest-name.ts";

const known = ["validate", "validationFailureAction", "rules", "match", "context"];

describe("nearestName", () => {
  const cases: readonly (readonly [name: string, nearest: string | undefined])[] = [
    ["valdiate", "validate"],
    ["validationFailureActions", "validationFailureAction"],
    ["Rules", "rules"],
    ["macth", "match"],
    ["x", undefined],
    ["somethingElse", undefined],
    ["y".repeat(5000), undefined],
  ];
  for (const [name, nearest] of cases) {
    it(`takes ${name.slice(0, 30)} for ${nearest ?? "nothing known"}`, () =>
      assert.equal(nearestName(name, known), nearest));
  }
});
