import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Float } from "../values/json.ts";
import type { Json, NumberMode } from "../values/json.ts";
import { compileValuePattern } from "./value-pattern.ts";

type Case = readonly [pattern: Json, value: Json | undefined, expected: boolean, mode?: NumberMode];

const cases: Readonly<Record<string, readonly Case[]>> = {
  "a text pattern": [
    ["a", "a", true],
    ["a", "A", false],
    ["a*", "abc", true],
    ["?*", "", false],
    ["?*", null, false],
    ["*", undefined, false],
    ["*", { a: 1 }, false],
    ["a|b", "b", true],
    ["a|b", "a|b", true],
    ["a | b", "b", true],
    ["a|b", "c", false],
    ["a* & *c", "abc", true],
    ["a* & *c", "abd", false],
    ["!a* & !b*", "c", true],
    ["!a* & !b* | b1", "b1", true],
    ["true", true, true],
    ["false", true, false],
    ["!", "!", true],
    ["!!a", "!a", false],
    ["> x", "y", false],
    ["<b", "a", false],
  ],
  "a negated text": [
    ["!a", "b", true],
    ["!a", "a", false],
    ["! a", "a", false],
    ["!?*", "abc", false],
    ["!?*", "", true],
    ["!x", null, false],
    ["!x", undefined, false],
    ["!x", [], false],
    ["!5", 6, true],
    ["!5", 5, false],
    ["!true", true, false],
  ],
  quantities: [
    ["1.1", "1.10", true],
    ["0.1", "100m", true],
    ["1000", "1e3", true],
    [">1Gi", "2048Mi", true],
    [">=1Gi", "1Gi", true],
    ["<= 100m", "0.2", false],
    ["<0", "-1", true],
    ["<10", null, true],
    ["0", null, true],
    ["<10", "", false],
    [">5", "10", true],
    [">5", 6, true],
    [">5", new Float(5.5), true],
    ["<50%", "10%", false],
    ["<10", "5m", true],
    ["5", " 5", false],
    [">1.2.3", "1.2.4", false],
    ["1000000", 1_000_000, true, "float64"],
    ["100.5", 100.5, true],
  ],
  durations: [
    ["300s", "5m", true],
    ["10s", "10", false],
    ["10s", 10, false],
    [">1h", "90m", true],
    ["<=1h30m", "5400s", true],
    [">0", "1s", true],
    ["<1h", null, true],
    ["<1h", 0, true],
    ["<1h", new Float(0), false],
    [">1d", "2d", false],
  ],
  ranges: [
    ["1-10", 5, true],
    ["1-10", 10, true],
    ["1-10", 11, false],
    ["1-10", "5", true],
    ["1 - 10", "5", false],
    ["-10--8", -9, true],
    ["+2-+4", 3, true],
    ["256Mi-1Gi", "512Mi", true],
    ["1s-10s", "5s", true],
    ["1s-10s", "5m", false],
    ["1!-10", 11, true],
    ["1!-10", 5, false],
    ["1!-10", null, true],
    ["1-", "1-", true],
    ["a-b", "a-b", true],
    ["a-b", "aa", false],
    ["1-5 | 10-15", 12, true],
  ],
  "the kind of a number under a text": [
    ["80*", 8080, true],
    ["80*", 8080, false, "float64"],
    ["8.08E+03", 8080, true, "float64"],
    ["?E-01", 0.1, true],
  ],
  "a boolean": [
    [true, true, true],
    [true, "true", false],
    [false, undefined, false],
    [false, 0, false],
  ],
  "an integer": [
    [5, 5, true],
    [5, new Float(5), true],
    [5, 5.5, false],
    [5, "5", true],
    [5, "+5", true],
    [5, "5.0", false],
    [5, null, false],
    [0, null, false],
    [5, true, false],
    [9_007_199_254_740_993n, 9_007_199_254_740_993n, true],
    [9_007_199_254_740_993n, "9007199254740993", true],
    [9_007_199_254_740_993n, 9_007_199_254_740_992, false],
  ],
  "a float": [
    [new Float(5), 5, true],
    [new Float(5), "5.0", true],
    [5.5, "5.5", true],
    [5.5, 5, false],
    [5.5, 5.5, true],
    [5, 5, true, "float64"],
    [5, "5.0", true, "float64"],
    [5.5, null, false],
  ],
  null: [
    [null, null, true],
    [null, undefined, true],
    [null, 0, true],
    [null, new Float(0), true],
    [null, "", true],
    [null, false, true],
    [null, 1, false],
    [null, {}, false],
    [null, [], false],
  ],
  "an object or list": [
    [{ a: 1 }, {}, true],
    [{}, null, false],
    [{}, new Float(1), false],
    [[], [], false],
  ],
};

for (const [title, rows] of Object.entries(cases)) {
  describe(`${title} as a pattern`, () => {
    for (const [pattern, value, expected, mode = "int64"] of rows) {
      const text = (item: Json | undefined): string =>
        item instanceof Float
          ? `float ${item.value}`
          : typeof item === "bigint"
            ? String(item)
            : JSON.stringify(item);
      it(`${text(pattern)} ${expected ? "accepts" : "rejects"} ${text(value)} (${mode})`, () => {
        assert.equal(compileValuePattern(pattern, mode)(value, mode), expected);
      });
    }
  });
}
