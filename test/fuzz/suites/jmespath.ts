import assert from "node:assert/strict";
import * as fc from "fast-check";
import { Budget, BudgetExceeded, defaultBudgetLimits } from "#engine/budget.ts";
import { QueryError } from "#engine/errors.ts";
import { builtInFunctions, kyvernoFunctions } from "#engine/jmespath/function-table.ts";
import { parse } from "#engine/jmespath/parser.ts";
import { compileQuery, search } from "#engine/jmespath/query.ts";
import type { Json } from "#engine/values/json.ts";
import { hostileTexts, jsonOf } from "../arbitraries/json.ts";
import { property } from "../suite.ts";
import type { FuzzSuite } from "../suite.ts";
import { astOf, printTree, treeNames, trees, withoutDepth } from "./jmespath-trees.ts";
import { naiveSearch } from "./naive-jmespath.ts";

const plainValues = fc.constantFrom<Json>(null, true, false, 0, 1, 2.5, "", "a", "x");
const documents = jsonOf(treeNames, plainValues).any;
const hostileDocuments = jsonOf(treeNames).any;
const tokens = fc.constantFrom(
  ..."a b @ . [ ] * ( ) { } | || && ! == <= & , : ? [? [] `1` `{}` ` 'x' ' -1 0 length( \\ $".split(" "),
  '"y"',
  '"',
  "99999999999999999999",
);
const soup = fc.oneof(
  fc.array(tokens, { maxLength: 12 }).map((parts) => parts.join("")),
  fc.array(tokens, { maxLength: 12 }).map((parts) => parts.join(" ")),
  hostileTexts,
);
const functions = [...builtInFunctions, ...kyvernoFunctions];
const literal = (value: Json): string =>
  `\`${JSON.stringify(value, (_key, item: unknown) => (typeof item === "bigint" ? Number(item) : item)).replaceAll("`", "\\`")}\``;
const argument = fc.oneof(
  hostileDocuments.map(literal),
  hostileTexts.map((text) => literal(text)),
  fc.constantFrom("@", "a", "&@", "&a", "'[a-z]{1000000000}'", "'(a*)*b'", "'1h'", "'1Gi'", "`-1`", "`1e9`"),
);
const calls = fc
  .record({
    spec: fc.constantFrom(...functions),
    list: fc.array(argument, { maxLength: 4 }),
    exact: fc.boolean(),
  })
  .map(({ spec, list, exact }) => {
    const wanted = exact ? Array.from(spec.parameters, (_, index) => list[index] ?? "`null`") : list;
    return `${spec.name}(${wanted.join(", ")})`;
  });

const environment = () => ({
  numbers: "float64" as const,
  budget: new Budget({ ...defaultBudgetLimits, maxSteps: 200_000 }),
  nowMs: 1_700_000_000_000,
  seed: 7,
});

/** Errors that people are told of; anything else is a defect. */
const isClear = (error: unknown): boolean => error instanceof QueryError || error instanceof BudgetExceeded;

export const jmespath: FuzzSuite = {
  name: "jmespath",
  properties: [
    property("parses what is printed", trees, (tree) => {
      assert.deepEqual(withoutDepth(parse(printTree(tree))), JSON.parse(JSON.stringify(astOf(tree))));
    }),
    property("evaluates as the rules are written", fc.tuple(trees, documents), ([tree, document]) => {
      const expected = naiveSearch(tree, document);
      const query = compileQuery(printTree(tree));
      if ("value" in expected) {
        assert.deepEqual(search(query, document, environment()), expected.value);
        return;
      }
      assert.throws(
        () => search(query, document, environment()),
        (error) => error instanceof QueryError && error.code === "unknownKey",
      );
    }),
    property("parses any text or says what is wrong with it", soup, (text) => {
      try {
        compileQuery(text);
      } catch (error) {
        assert.ok(error instanceof QueryError && error.code === "syntax", String(error));
      }
    }),
    property(
      "evaluates any text or fails with a clear error",
      fc.tuple(soup, hostileDocuments),
      ([text, document]) => {
        try {
          search(compileQuery(text), document, { ...environment(), numbers: "int64" });
        } catch (error) {
          assert.ok(isClear(error), String(error));
        }
      },
    ),
    property(
      "calls every function with anything, to an answer or a clear error",
      fc.tuple(calls, hostileDocuments, fc.constantFrom("int64" as const, "float64" as const)),
      ([call, document, numbers]) => {
        const started = performance.now();
        try {
          search(compileQuery(call), document, { ...environment(), numbers });
        } catch (error) {
          assert.ok(isClear(error), String(error));
        }
        assert.ok(performance.now() - started < 5_000, "it took more than five seconds");
      },
    ),
  ],
};
