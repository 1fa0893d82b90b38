import assert from "node:assert/strict";
import { test } from "node:test";
import { canonicalQuantity } from "./quantity.ts";

const cases: readonly (readonly [string, string | undefined])[] = [
  ["1000m", "1"],
  ["1500m", "1500m"],
  ["0.5", "500m"],
  ["0.5Gi", "512Mi"],
  ["1024Mi", "1Gi"],
  ["1Ki", "1Ki"],
  ["0.5Ki", "512"],
  ["1000", "1k"],
  ["1e3", "1e3"],
  ["100", "100"],
  ["0", "0"],
  ["0Mi", "0"],
  ["-1500m", "-1500m"],
  ["3", "3"],
  [".5", "500m"],
  ["1.0001n", "2n"],
  ["", undefined],
  ["abc", undefined],
  ["1Mib", undefined],
  [".", undefined],
];

for (const [given, wanted] of cases) {
  test(`${JSON.stringify(given)} is written as ${wanted ?? "nothing: it is no quantity"}`, () => {
    assert.equal(canonicalQuantity(given), wanted);
  });
}
