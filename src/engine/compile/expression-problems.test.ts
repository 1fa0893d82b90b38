import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Rule } from "#api/kyverno/rule.ts";

import { QueryCache } from "../context/query-cache.ts";
import { expressionProblems } from "./expression-problems.ts";

const match = { any: [{ resources: { kinds: ["Pod"] } }] };
const problemsOf = (rest: object): readonly string[] =>
  expressionProblems({ name: "r", match, ...rest }, new QueryCache()).map(
    ({ message }) => message.split(":")[0] ?? "",
  );
const deny = (key: string): object => ({
  deny: { conditions: { any: [{ key, operator: "Equals", value: 1 }] } },
});

describe("expressions of a rule that are none", () => {
  const broken = "a.[?";
  const named = [`incorrect query ${broken}`];
  const cases: readonly [where: string, rule: object, problems: readonly string[]][] = [
    ["a condition", { validate: deny(`{{ ${broken} }}`) }, named],
    [
      "a precondition",
      { preconditions: { all: [{ key: `{{${broken}}}`, operator: "Equals", value: 1 }] } },
      named,
    ],
    ["a pattern", { validate: { pattern: { spec: { x: `a {{ ${broken} }}` } } } }, named],
    ["a key of a pattern", { validate: { pattern: { [`{{ ${broken} }}`]: 1 } } }, named],
    ["a variable", { context: [{ name: "x", variable: { jmesPath: broken } }] }, named],
    [
      "the value of a variable",
      { context: [{ name: "x", variable: { value: [`{{ ${broken} }}`] } }] },
      named,
    ],
    ["a call", { context: [{ name: "x", apiCall: { urlPath: "/x", jmesPath: broken } }] }, named],
    ["a list", { validate: { foreach: [{ list: broken, pattern: {} }] } }, named],
    ["a nested list", { validate: { foreach: [{ list: "a", foreach: [{ list: broken }] }] } }, named],
    ["a mutation", { mutate: { patchStrategicMerge: { x: `{{ ${broken} }}` } } }, named],
    ["the same twice", { validate: { pattern: { a: `{{ ${broken} }}`, b: `{{${broken}}}` } } }, named],
    ["a message", { validate: { message: `{{ ${broken} }}`, pattern: {} } }, []],
    ["CEL", { validate: { cel: { expressions: [{ expression: "{{ [? }}" }] } } }, []],
    ["what is escaped", { validate: { pattern: { x: `\\{{ ${broken} }}` } } }, []],
    ["the outer one of nested variables", { validate: { pattern: { x: "{{ a.{{ b }}[? }}" } } }, []],
    ["a path made of variables", { context: [{ name: "x", variable: { jmesPath: "{{ a }}[?" } }] }, []],
    ["the element that is patched", { mutate: { patchStrategicMerge: { x: "{{@}}" } } }, []],
    ["fields of a document", { generate: { data: { foreach: [{ list: broken }], jmesPath: broken } } }, []],
    ["sound ones", { validate: deny("{{ request.object.metadata.name || '' }}") }, []],
  ];
  for (const [where, rule, problems] of cases) {
    it(`${problems.length === 0 ? "are not looked for in" : "are found in"} ${where}`, () => {
      assert.deepEqual(problemsOf(rule), problems);
    });
  }

  it("leave the others compiled for whoever evaluates the rule", () => {
    const queries = new QueryCache();
    const rule = { name: "r", match, validate: deny("{{ request.object.spec }}") } as unknown as Rule;
    expressionProblems(rule, queries);
    assert.equal(queries.get("request.object.spec"), queries.get("request.object.spec"));
  });
});
