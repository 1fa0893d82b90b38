import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { compareResults } from "./compare-results.ts";
import type { ComparedResult } from "./compare-results.ts";

const result = (rule: string, verdict: string, message = ""): ComparedResult => ({
  policy: "p",
  rule,
  result: verdict,
  message,
});

describe("compareResults", () => {
  it("says nothing of what stays", () => {
    assert.deepEqual(compareResults([result("a", "pass", "m")], [result("a", "pass", "m")]), []);
  });

  it("tells what comes, goes, and becomes another, in the order of the rules", () => {
    const before = [result("a", "pass"), result("gone", "fail", "bad"), result("text", "fail", "old")];
    const after = [result("text", "fail", "new"), result("a", "fail", "worse"), result("b", "skip")];
    assert.deepEqual(compareResults(before, after), [
      {
        change: "changed",
        policy: "p",
        rule: "text",
        before: { result: "fail", message: "old" },
        after: { result: "fail", message: "new" },
      },
      {
        change: "changed",
        policy: "p",
        rule: "a",
        before: { result: "pass", message: "" },
        after: { result: "fail", message: "worse" },
      },
      { change: "new", policy: "p", rule: "b", after: { result: "skip", message: "" } },
      { change: "gone", policy: "p", rule: "gone", before: { result: "fail", message: "bad" } },
    ]);
  });
});
