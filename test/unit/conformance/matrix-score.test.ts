import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { groupResults } from "#test/conformance/matrix/group-results.ts";
import { unexplained } from "#test/conformance/matrix/known-differences.ts";
import type { MatrixGroup, MatrixRecord } from "#test/conformance/matrix/matrix-record.ts";
import { comparableText, isPerfect, scoreFile } from "#test/conformance/matrix/score.ts";

const group = (result: string, names: readonly string[], message: string | null = "m"): MatrixGroup => ({
  policy: "p",
  rule: "r",
  result,
  message,
  resources: { "v1/Pod/a": names },
});
const record = (groups: readonly MatrixGroup[], status = "results"): MatrixRecord => ({
  format: 1,
  policyFile: "p.yaml",
  kinds: [],
  tests: [],
  status,
  groups,
});

describe("scoreFile", () => {
  it("is perfect where rows, objects and status are equal, whatever the order and grouping", () => {
    const score = scoreFile(
      record([group("pass", ["x", "y"]), group("fail", ["z"])]),
      record([group("fail", ["z"]), group("pass", ["y"]), group("pass", ["x"])]),
    );
    assert.ok(isPerfect(score));
    assert.deepEqual([score.agreed, score.union, score.sameMessages, score.comparableMessages], [3, 3, 3, 3]);
  });

  it("counts rows of one side only, and another status", () => {
    const score = scoreFile(
      record([group("pass", ["x", "y"])]),
      record([group("fail", ["x"]), group("pass", ["y"])], "refused"),
    );
    assert.equal(isPerfect(score), false);
    assert.deepEqual([score.agreed, score.union, score.sameStatus], [1, 3, false]);
    assert.deepEqual(score.missing, ["p | r | v1/Pod/a/x | pass"]);
    assert.deepEqual(score.extra, ["p | r | v1/Pod/a/x | fail"]);
  });

  it("compares messages apart, and not those that are null", () => {
    const score = scoreFile(
      record([group("pass", ["x"], "a  b\n"), group("pass", ["y"], "c"), group("pass", ["z"], null)]),
      record([group("pass", ["x"], "a b"), group("pass", ["y"], "d"), group("pass", ["z"], "e")]),
    );
    assert.ok(isPerfect(score));
    assert.deepEqual([score.sameMessages, score.comparableMessages], [1, 2]);
    assert.deepEqual(score.wording, [{ key: "p | r | v1/Pod/a/y | pass", wanted: "c", got: "d" }]);
  });

  it("compares digests of objects", () => {
    const digests = (digest: string): MatrixRecord => ({
      ...record([]),
      mutated: { p: { "v1/Pod/a/x": digest } },
    });
    assert.ok(isPerfect(scoreFile(digests("1"), digests("1"))));
    const score = scoreFile(digests("1"), digests("2"));
    assert.deepEqual([score.objectsAgreed, score.objects], [0, 2]);
  });
});

describe("comparableText", () => {
  it("sorts the reasons of pod security", () => {
    const text = "x (Forbidden reason: b)(Forbidden reason: a)";
    assert.equal(comparableText(text), "x (Forbidden reason: a)(Forbidden reason: b)");
  });
});

describe("unexplained", () => {
  const score = scoreFile(record([group("pass", ["x", "y"])]), record([], "no-results"));
  const known = (rows: string): Parameters<typeof unexplained>[2] => [{ file: "f", rows, reason: "r" }];

  it("leaves what no entry of the list explains", () => {
    assert.deepEqual(unexplained("f", score, known("p | r | */x | pass"))?.missing, [
      "p | r | v1/Pod/a/y | pass",
    ]);
    assert.equal(unexplained("other", score, known("*"))?.missing.length, 2);
  });

  it("takes the status only from an entry for the whole file", () => {
    assert.equal(unexplained("f", score, known("p | r | *"))?.status, true);
    assert.equal(unexplained("f", score, known("*")), undefined);
  });
});

describe("groupResults", () => {
  it("puts results with the same head together, sorted, without what every row repeats", () => {
    const result = (name: string) =>
      ({
        source: "kyverno",
        policy: "p",
        rule: "r",
        result: "pass",
        message: "m",
        properties: { process: "background scan", more: "x" },
        resources: [{ apiVersion: "v1", kind: "Pod", namespace: "a", name }],
      }) as const;
    assert.deepEqual(groupResults([result("y"), result("x")]), [
      { ...group("pass", ["x", "y"]), properties: { more: "x" } },
    ]);
  });
});
