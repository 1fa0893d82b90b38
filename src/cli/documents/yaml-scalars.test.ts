import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { plainScalar } from "./yaml-scalars.ts";
import type { PlainScalar } from "./yaml-scalars.ts";

const cases: readonly (readonly [text: string, value: PlainScalar])[] = [
  ["", null],
  ["~", null],
  ["Null", null],
  ["nULL", "nULL"],
  ["yes", true],
  ["On", true],
  ["y", true],
  ["off", false],
  ["N", false],
  ["yess", "yess"],
  ["0", 0],
  ["-0", 0],
  ["+12", 12],
  ["1_000", 1000],
  ["0777", 511],
  ["0o17", 15],
  ["0x1F", 31],
  ["-0x10", -16],
  ["0b101", 5],
  ["08", 8],
  ["1.50", 1.5],
  ["1.", 1],
  [".5", 0.5],
  ["1e3", 1000],
  ["1:30", "1:30"],
  ["2024-01-02", "2024-01-02"],
  ["2024-1-2T03:04:05Z", "2024-1-2T03:04:05Z"],
  ["1.2.3", "1.2.3"],
  ["10Mi", "10Mi"],
  ["-", "-"],
  ["+", "+"],
  ["...", "..."],
  ["nginx", "nginx"],
];

describe("plainScalar", () => {
  for (const [text, value] of cases) {
    it(`reads ${JSON.stringify(text)} as ${JSON.stringify(value)}`, () => {
      assert.strictEqual(plainScalar(text), value);
    });
  }
});
