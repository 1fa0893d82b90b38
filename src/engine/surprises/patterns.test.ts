import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { Budget } from "../budget.ts";
import { compilePattern, matchPattern } from "../pattern/match-pattern.ts";
import type { Json } from "../values/json.ts";

const verdict = (pattern: Json, resource: Json): string => {
  const result = matchPattern(compilePattern(pattern, { numbers: "int64" }), resource, {
    numbers: "int64",
    budget: new Budget(),
  });
  return result.kind === "fail" ? `fail ${result.path}` : result.kind;
};
const matches = (pattern: Json, value: Json | undefined): boolean =>
  verdict({ a: pattern }, value === undefined ? {} : { a: value }) === "pass";

describe("patterns", () => {
  const always = { "(image)": "*:latest", p: "Always" };
  const violating = [{ image: "a:latest", p: "Never" }];
  const skipping = [{ image: "a:1", p: "Never" }];

  it("skip or fail by the order of keys: a skip behind one list ends the other", () => {
    const pattern = { spec: { containers: [always], initContainers: [always] } };
    assert.equal(verdict(pattern, { spec: { containers: violating, initContainers: skipping } }), "skip");
    assert.equal(
      verdict(pattern, { spec: { containers: skipping, initContainers: violating } }),
      "fail /spec/initContainers/0/p/",
    );
  });

  it("test keys with anchors below before the others, in descending order", () => {
    const resource = { metadata: { name: "b" }, spec: { x: 2 } };
    assert.equal(verdict({ metadata: { "(name)": "a*" }, spec: { "=(x)": 1 } }, resource), "fail /spec/x/");
    assert.equal(verdict({ metadata: { "(name)": "a*" }, spec: { x: 1 } }, resource), "skip");
  });

  it("let a skip of their own level hide what is forbidden beside it", () => {
    assert.equal(verdict({ "(a)": 1, "X(b)": null }, { a: 2, b: 1 }), "skip");
  });

  it("fail where one anchor applies and the others only skip below", () => {
    const pattern = { "(a)": 1, "=(list)": [{ "(k)": 1, v: 1 }], c: 1 };
    assert.equal(verdict(pattern, { a: 1, list: [{ k: 2 }], c: 2 }), "fail /c/");
  });

  it("count the first element of a list alone, for all elements of the resource", () => {
    const pattern = { list: [{ name: "?*" }, { image: "nothing like it" }] };
    assert.equal(verdict(pattern, { list: [{ name: "a" }, { name: "b" }] }), "pass");
    assert.equal(verdict({ list: ["x", "y"] }, { list: ["x", "y"] }), "fail /list/");
  });

  it("take an empty list for any list, and not a missing one", () => {
    assert.equal(verdict({ list: [{ a: 1 }] }, { list: [] }), "pass");
    assert.equal(verdict({ list: [{ a: 1 }] }, {}), "fail /list/");
    assert.equal(verdict({ "=(list)": [{ a: 1 }] }, {}), "pass");
  });

  it("with a condition in a list leave elements out as long as one applies, and skip as a whole else", () => {
    const pattern = { list: [{ "(name)": "a*", v: 1 }] };
    assert.equal(
      verdict(pattern, {
        list: [
          { name: "b", v: 2 },
          { name: "a", v: 1 },
        ],
      }),
      "pass",
    );
    assert.equal(verdict(pattern, { list: [{ name: "b", v: 2 }] }), "skip");
  });

  it("end in an error for ordinary resources too", () => {
    assert.equal(verdict({ list: [[1, 2]] }, { list: [[1]] }), "pass");
    assert.equal(verdict({ list: [[1], [2]] }, { list: [[1]] }), "error");
    assert.equal(verdict({ "^(containers)": [{ a: 1 }], b: 1 }, { b: 2 }), "error");
  });

  it("skip where the key of a condition is missing, and do not count a forbidden one as missing", () => {
    assert.equal(verdict({ "(a)": 1, b: 1 }, { b: 2 }), "skip");
    assert.equal(verdict({ "X(a)": null, b: 1 }, { b: 2 }), "fail /b/");
  });

  it("fail for an element with the wrong name where a global condition applies to another", () => {
    const pattern = { containers: [{ "<(image)": "*/nginx", name: "x" }] };
    const resource = {
      containers: [
        { image: "a/nginx", name: "y" },
        { image: "b", name: "x" },
      ],
    };
    assert.equal(verdict(pattern, resource), "fail /containers/0/name/");
  });
});

describe("values in patterns", () => {
  it("that are missing fail what is negated", () => {
    assert.equal(matches("!x", undefined), false);
    assert.equal(verdict({ "=(a)": "!x" }, {}), "pass");
    assert.equal(verdict({ "X(a)": "x" }, {}), "pass");
  });

  it("are equal where they are equal as quantities, versions and tags included", () => {
    assert.equal(matches("1.1", "1.10"), true);
    assert.equal(matches("1e3", "1000"), true);
    assert.equal(matches("300s", "5m"), true);
    assert.equal(matches("<10", "5m"), true);
  });

  it("keep the blanks around them", () => {
    assert.equal(matches("5", " 5"), false);
    assert.equal(matches("a", "a "), false);
    assert.equal(matches(" a | b ", "b"), true);
  });

  it("that are texts compare as numbers where they are numbers", () => {
    assert.equal(matches(">5", "6"), true);
    assert.equal(matches(">5", "text"), false);
  });

  it("may have signs in ranges, without blanks", () => {
    assert.equal(matches("-10--8", -9), true);
    assert.equal(matches("+2-+4", 3), true);
    assert.equal(matches("-10!--8", -12), true);
    assert.equal(matches("1 - 10", "5"), false);
    assert.equal(matches("256Mi-1Gi", "512Mi"), true);
  });

  it("are decided by the first comparison that both sides take part in", () => {
    assert.equal(matches("10s", 10), false);
    assert.equal(matches("<10", null), true);
    assert.equal(matches("0", null), true);
    assert.equal(matches("!x", null), false);
    assert.equal(matches("?*", null), false);
  });

  it("that are no texts drop out of labels of a pattern once there are labels", () => {
    const pattern = { metadata: { labels: { a: null } } };
    assert.equal(verdict(pattern, { metadata: { labels: { a: "x" } } }), "pass");
    assert.equal(verdict(pattern, { metadata: {} }), "fail /metadata/labels/");
  });
});
