import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { exitCodeOf } from "./exit-code.ts";

const none = { pass: 0, fail: 0, warn: 0, error: 0, skip: 0 };
const plain = { warnExitCode: 0, warnNoPass: false };

describe("exitCodeOf", () => {
  const cases: readonly (readonly [string, Partial<typeof none>, Partial<typeof plain>, number])[] = [
    ["nothing at all", {}, {}, 0],
    ["passes", { pass: 1 }, {}, 0],
    ["a violation", { pass: 1, fail: 1 }, { warnExitCode: 3 }, 1],
    ["an error", { error: 1 }, { warnExitCode: 3 }, 1],
    ["warnings that do not count", { warn: 1 }, {}, 0],
    ["warnings that count", { warn: 1 }, { warnExitCode: 3 }, 3],
    ["nothing passed, and that counts", { skip: 1 }, { warnExitCode: 4, warnNoPass: true }, 4],
    ["something passed", { pass: 1 }, { warnExitCode: 4, warnNoPass: true }, 0],
  ];
  for (const [name, counts, options, code] of cases) {
    it(`is ${code} for ${name}`, () => {
      assert.equal(exitCodeOf({ ...none, ...counts }, { ...plain, ...options }).code, code);
    });
  }
});
