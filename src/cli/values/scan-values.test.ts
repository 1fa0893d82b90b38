import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { UsageError } from "../usage-error.ts";
import { compileValues, parseAssignments } from "./scan-values.ts";
import type { ValuesFile } from "./values-file.ts";

const file: ValuesFile = {
  globalValues: { "request.mode": "dev", a: "global" },
  policies: [
    {
      name: "p",
      resources: [{ name: "web", values: { a: "own" } }, { name: "empty" }],
      rules: [{ name: "r", values: { cm: 1 }, foreachValues: { element: ["first", "second"] } }],
    },
  ],
  namespaceSelector: [
    { name: "prod", labels: { env: "prod" } },
    { name: "dev", labels: { env: "old" } },
  ],
  namespaces: [{ metadata: { name: "dev", labels: { env: "new" } } }],
};

describe("compileValues", () => {
  const values = compileValues(file, []);
  const operation = ["request.operation", "CREATE"] as const;

  it("takes global values, then those of the object, then assignments", () => {
    const of = (name: string, set: readonly (readonly [string, string])[] = []): unknown =>
      Object.fromEntries(compileValues(file, set).find("p", name).policy);
    assert.deepEqual(of("empty"), { "request.operation": "CREATE", "request.mode": "dev", a: "global" });
    assert.deepEqual(of("web"), { "request.operation": "CREATE", "request.mode": "dev", a: "own" });
    assert.deepEqual(of("web", [["a", "set"]]), {
      "request.operation": "CREATE",
      "request.mode": "dev",
      a: "set",
    });
  });

  it("gives rule values to the rules generated for pod controllers, too", () => {
    const found = values.find("p", "web");
    for (const rule of ["r", "autogen-r", "autogen-cronjob-r"]) {
      assert.deepEqual(found.rule(rule), [["cm", 1]]);
      assert.deepEqual(found.foreach(rule), [["element", "first"]]);
    }
    assert.deepEqual(found.rule("rr"), []);
    assert.deepEqual(values.find("q", "web").rule("r"), []);
  });

  it("knows no more than the operation without a file", () => {
    assert.deepEqual(compileValues(undefined, []).find("p", "web").policy, [operation]);
  });

  it("prefers whole namespaces to mere labels", () => {
    assert.deepEqual(values.namespaceLabels("prod"), { env: "prod" });
    assert.deepEqual(values.namespaceLabels("dev"), { env: "new" });
    assert.equal(values.namespaceLabels("other"), undefined);
  });
});

describe("parseAssignments", () => {
  it("reads pairs", () => {
    assert.deepEqual(parseAssignments(["a=1, b.c=x", "d=e"]), [
      ["a", "1"],
      ["b.c", "x"],
      ["d", "e"],
    ]);
  });

  for (const text of ["a", "a=", "=b", "a=b=c"]) {
    it(`refuses ${text}`, () => assert.throws(() => parseAssignments([text]), UsageError));
  }
});
