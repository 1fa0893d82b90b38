import assert from "node:assert/strict";
import { describe, it } from "node:test";

import type { Rule } from "#api/kyverno/rule.ts";

import { always, never, one } from "../evaluate.fixture.ts";
import type { Json } from "../values/json.ts";

const holds = (key: Json, operator: string, value: Json): boolean =>
  one({ validate: { deny: { conditions: { any: [{ key, operator, value }] } } } })[0] === "fail";

describe("conditions", () => {
  it("about null are neither equal nor unequal to anything", () => {
    for (const value of ["", null, "x", 0]) {
      assert.equal(holds("{{ `null` }}", "Equals", value), false);
      assert.equal(holds("{{ `null` }}", "NotEquals", value), false);
    }
  });

  it("about a text that is a number know no wildcards", () => {
    assert.equal(holds("10", "Equals", "1*"), false);
    assert.equal(holds("10", "NotEquals", "1*"), true);
    assert.equal(holds("abc", "Equals", "a*"), true);
    assert.equal(holds("a*", "Equals", "abc"), false);
  });

  it("about an empty list differ between some and all", () => {
    assert.equal(holds([], "AnyNotIn", ["a"]), false);
    assert.equal(holds([], "AllNotIn", ["a"]), true);
    assert.equal(holds([], "AllIn", ["a"]), true);
    assert.equal(holds([], "AnyIn", ["a"]), false);
  });

  it("are unequal where the kinds are different", () => {
    assert.equal(holds("a", "NotEquals", 1), true);
    assert.equal(holds(["a"], "NotEquals", "a"), true);
    assert.equal(holds(true, "NotEquals", "true"), true);
  });

  it("look for every item, with wildcards on both sides", () => {
    assert.equal(holds(["a", "z"], "AllNotIn", ["a", "b"]), false);
    assert.equal(holds(["y", "z"], "AllNotIn", ["a", "b"]), true);
    assert.equal(holds(["abc"], "AnyIn", ["a*"]), true);
    assert.equal(holds(["a*"], "AnyIn", ["abc"]), true);
  });

  it("tell the messages of those that decided, of any and of all", () => {
    const all = [...always.all, { key: "a", operator: "Equals", value: "a", message: "again" }];
    assert.equal(one({ validate: { message: "m", deny: { conditions: { all } } } })[1], "m; a is a; again");
    const any = [...never.all, ...always.all];
    assert.equal(one({ validate: { message: "m", deny: { conditions: { any } } } })[1], "m; a is a");
  });

  it("that are an empty any do not hold, and nothing at all does", () => {
    const denied = (conditions: object) => one({ validate: { deny: { conditions } } })[0];
    assert.equal(denied({ any: [] }), "pass");
    assert.equal(denied({ all: [] }), "fail");
    assert.equal(denied({}), "fail");
    assert.equal(one({ validate: { deny: {} } })[0], "fail");
  });
});

describe("a foreach", () => {
  const each = (list: string, more: object): Partial<Rule> => ({
    validate: { message: "m", foreach: [{ list, ...more }] },
  });

  it("over a list that is missing has no result, which is no pass", () => {
    assert.equal(one(each("request.object.spec.gone", { deny: {} }))[0], "none");
    assert.equal(one(each("request.object.spec.containers", { preconditions: never, deny: {} }))[0], "none");
  });

  it("throws what passed away once a later entry fails", () => {
    const good = { list: "request.object.spec.containers", pattern: { name: "?*" } };
    const bad = { list: "request.object.spec.containers", pattern: { image: "nginx:*" } };
    assert.deepEqual(one({ validate: { message: "m", foreach: [good, bad] } }), [
      "fail",
      "validation failure: validation error: m. rule r failed at path /image/",
    ]);
  });

  it("has each element to itself, however many there are", () => {
    const key = "{{ element.name }}-{{ elementIndex }}";
    const deny = { conditions: { all: [{ key, operator: "AnyNotIn", value: ["a-0", "b-1"] }] } };
    assert.equal(one(each("request.object.spec.containers", { deny }))[0], "pass");
  });

  it("leaves out an element whose preconditions cannot be evaluated", () => {
    const preconditions = {
      all: [{ key: "{{ nothing(element) }}", operator: "Equals", value: "80" }],
    };
    assert.equal(one(each("request.object.spec.containers", { preconditions, deny: {} }))[0], "none");
  });

  it("scopes patterns to elements that are objects, and refuses to where they are not", () => {
    assert.equal(one(each('`["x"]`', { pattern: { kind: "Pod" } }))[0], "pass");
    assert.match(
      one(each('`["x"]`', { elementScope: true, pattern: { kind: "Pod" } }))[1],
      /elementScope=true/,
    );
    assert.equal(
      one(each("request.object.spec.containers", { elementScope: false, pattern: { kind: "Pod" } }))[0],
      "pass",
    );
  });
});

describe("CEL", () => {
  const cel = (expression: string, more: Partial<Rule> = {}): [string, string] =>
    one({ ...more, validate: { message: "from the rule", cel: { expressions: [{ expression }] } } });

  it("fails where JMESPath would be an error: a missing field, a wrong type", () => {
    assert.equal(cel("object.spec.gone == 'x'")[0], "fail");
    assert.equal(cel("object.spec.?gone.orValue('x') == 'x'")[0], "pass");
  });

  it("skips where its preconditions do not hold, and takes its message from the rule", () => {
    const celPreconditions = [{ name: "a", expression: "object.metadata.name == 'other'" }];
    assert.equal(cel("false", { celPreconditions })[0], "skip");
    assert.deepEqual(cel("false"), ["fail", "from the rule"]);
  });
});
