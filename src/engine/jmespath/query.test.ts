import assert from "node:assert/strict";
import { describe, test } from "node:test";
import * as fc from "fast-check";
import { Budget, BudgetExceeded, defaultBudgetLimits } from "../budget.ts";
import { Suspension } from "../context/context-source.ts";
import type { QueryEnvironment } from "../context/query-context.ts";
import { QueryError } from "../errors.ts";
import { Float } from "../values/json.ts";
import type { Json, NumberMode } from "../values/json.ts";
import { builtInFunctions, kyvernoFunctions } from "./function-table.ts";
import { compileQuery, search } from "./query.ts";

const document: Json = {
  a: { b: [{ s: "x" }, {}] },
  n: null,
  t: true,
  l: [1, [2, [3]], 4],
  o: { y: 2, x: 1 },
  zero: 0,
  empty: [],
  "d-e": 5,
};

function environment(numbers: NumberMode = "float64", budget = new Budget()): QueryEnvironment {
  return { numbers, budget, nowMs: 0, seed: 1 };
}

function evaluate(expression: string, node: Json = document, env = environment()): Json {
  return search(compileQuery(expression), node, env);
}

const unknown = Symbol("unknown key");
const typeError = Symbol("type error");

type Expected = Json | typeof unknown | typeof typeError;

const tables: Readonly<Record<string, readonly (readonly [expression: string, expected: Expected])[]>> = {
  "selecting from objects that lack the key": [
    ["zz", unknown],
    ["a.zz", unknown],
    ["a.zz.y", unknown],
    ["a.zz[0]", unknown],
    ["(a.zz)", unknown],
    ["a.b[0].zz", unknown],
    ["zz.{x: y}", unknown],
    ["t && a.zz", unknown],
    ["n.x", null],
    ["t.x", null],
    ["a.b.x", null],
    ["a.b[9]", null],
    ["a.b[9].s", null],
    ["constructor", unknown],
    ["a.toString", unknown],
  ],
  "places where a missing key counts as null": [
    ["zz || a.zz", null],
    ["a.zz.y || 'd'", "d"],
    ["a.zz && t", null],
    ["a.zz == null", true],
    ["a.zz == `null`", true],
    ["a.zz > `1`", null],
    ["!zz", true],
    ["!(a.zz)", true],
    ["a.zz | @", null],
    ["a | zz", null],
    ["@ | zz", null],
    ["to_string(a.zz)", "null"],
    ["{x: a.zz}", { x: null }],
    ["[a.zz, t]", [null, true]],
    ["a.b[*].s", ["x"]],
    ["a.b[?s == 'x'].s", ["x"]],
    ["a.b[?s]", [{ s: "x" }]],
    ["map(&s, a.b)", ["x", null]],
    ["a.zz[*]", null],
    ["a.zz[*].y", null],
    ["a.zz[1:]", null],
    ["a.zz[]", null],
    ["a.zz[?x]", null],
    ["a.zz.*", null],
    ["length(a.zz)", typeError],
    ["length(a.zz || `[]`)", 0],
    ["a.zz[] | length(@)", typeError],
    ["to_upper(a.zz) || 'd'", typeError],
    ["{x: to_upper(a.zz)}", typeError],
    ["a.b[?contains(s, 'x')]", typeError],
    ["a.b[?s && contains(s, 'x')]", [{ s: "x" }]],
    ["a.b[?contains(s || '', 'x')]", [{ s: "x" }]],
  ],
  "errors left of a flatten, filter or value projection": [
    ["to_upper(`5`)[]", null],
    ["to_upper(`5`)[?@]", null],
    ["to_upper(`5`).*", null],
    ["nothing(`5`)[]", null],
    ["to_upper(`5`)[*]", typeError],
    ["sort_by(a.b, &s)[].s", null],
    ["sort_by(a.b, &s)", typeError],
    ["nothing(@)", typeError],
  ],
  truthiness: [
    ["zero && 'yes'", "yes"],
    ["empty || 'no'", "no"],
    ["`{}` || ''", ""],
    ["!zero", false],
    ["!a.b", null],
    ["!(a.b)", false],
  ],
  comparisons: [
    ["'1' == `1`", false],
    ["`[1, 2]` == `[2, 1]`", false],
    ['`{"x": 1, "y": 2}` == o', true],
    ["`1` == `1.0`", true],
    ["`2` > `1`", true],
    ["'b' > 'a'", null],
    ["n < `1`", null],
    ["o.x <= o.x", true],
    ["o.x != o.y", true],
  ],
  "lists and projections": [
    ["l[]", [1, 2, [3], 4]],
    ["l[][]", [1, 2, 3, 4]],
    ["l[*]", [1, [2, [3]], 4]],
    ["l[-1]", 4],
    ["l[0:2]", [1, [2, [3]]]],
    ["l[::-1]", [4, [2, [3]], 1]],
    ["l[5:]", []],
    ["'abc'[0:1]", null],
    ["o.*", [1, 2]],
    ["*.x", [1]],
    ["o.*.to_string(@)", ["null", "null", "1", "2"]],
    ["`{}`.*.to_string(@)", []],
    ["o.*.abs(@)", typeError],
    ["a.b[*].s | [0]", "x"],
    ["a.b[*].s[0]", []],
    ["a.b[*].{v: s}", [{ v: "x" }, { v: null }]],
    ["n[]", null],
    ["t[*]", null],
    ["n.{x: y}", null],
  ],
  syntax: [
    ['"d-e"', 5],
    ['"\\u0061".b[0].s', "x"],
    [String.raw`'a\'b\n\\c'`, String.raw`a'b\n\\c`],
    ['`"a\\`b"`', "a`b"],
    ["` [1] `", [1]],
    ["o | zz || x", 1],
    ["[t, n]", [true, null]],
    ["to_string( t , )", "true"],
    ["not_null(n t)", true],
    ["  t  ", true],
    ["@.t", true],
    ["__proto__ || 'none'", "none"],
    ['`{"__proto__": 1}`.__proto__', 1],
    ['{"__proto__": t}."__proto__"', true],
  ],
};

for (const [title, table] of Object.entries(tables)) {
  describe(title, () => {
    for (const [expression, expected] of table) {
      test(expression, () => {
        if (expected === unknown || expected === typeError) {
          const code = expected === unknown ? "unknownKey" : "type";
          assert.throws(() => evaluate(expression), { name: "QueryError", code });
        } else {
          assert.deepEqual(evaluate(expression), expected);
        }
      });
    }
  });
}

const messages: readonly (readonly [expression: string, message: string])[] = [
  ["a.zz", 'JMESPath query failed: Unknown key "zz" in path'],
  ["to_upper(`5`)", 'JMESPath query failed: Invalid type for: 5, expected: []jmespath.JpType{"string"}'],
  [
    "contains(n, 'x')",
    'JMESPath query failed: Invalid type for: <nil>, expected: []jmespath.JpType{"array", "string"}',
  ],
  ["to_upper('a', 'b')", "JMESPath query failed: incorrect number of args"],
  ["not_null()", "JMESPath query failed: Invalid arity."],
  ["nothing(@)", "JMESPath query failed: unknown function: nothing"],
  ["l[::0]", "JMESPath query failed: Invalid slice, step cannot be 0"],
  [
    "to_boolean('x')",
    "JMESPath query failed: JMESPath function 'to_boolean': lowercase argument must be 'true' or 'false' (provided: 'x')",
  ],
  ["divide(`1`, `0`)", "JMESPath query failed: JMESPath function 'divide': Zero divisor passed"],
  ["add('5', `1`)", "JMESPath query failed: JMESPath function 'add': Types mismatch"],
  ["add('1h', '30m')", "JMESPath query failed: JMESPath function 'add': Types mismatch"],
  ["add(t, `1`)", "JMESPath query failed: JMESPath function 'add': invalid operand"],
  [
    "modulo('4', '1.5')",
    "JMESPath query failed: JMESPath function 'modulo': Non-integer argument(s) passed for modulo",
  ],
  [
    "sum(`[]`)",
    "JMESPath query failed: JMESPath function 'sum': at least one element in the array is required",
  ],
  ["lookup(o, `1`)", "JMESPath query failed: JMESPath function 'lookup': argument #2 is not of type String"],
  [
    "lookup(l, `1.5`)",
    "JMESPath query failed: JMESPath function 'lookup': argument #2: expected an integer number but got: 1.5",
  ],
  ["regex_match('[a', 'b')", "JMESPath query failed: error parsing regexp: missing closing ]: `[a`"],
  [
    "regex_replace_all('(', 'b', '')",
    "JMESPath query failed: JMESPath function 'regex_replace_all': error parsing regexp: missing closing ): `(`",
  ],
  ["parse_json('{\"a\" 1}')", "JMESPath query failed: invalid character '1' after object key"],
  ["base64_decode('YQ')", "JMESPath query failed: illegal base64 data at input byte 0"],
  [
    "time_add('2023-01-01T00:00:00Z', '1d')",
    'JMESPath query failed: time: unknown unit "d" in duration "1d"',
  ],
  ["random('\\pL')", "JMESPath query failed: JMESPath function 'random': pattern \\pL is not supported"],
  [
    "image_normalize('A:')",
    "JMESPath query failed: JMESPath function 'image_normalize': bad image: A:: invalid reference format",
  ],
  [
    "is_external_url('http://a.example/')",
    "JMESPath query failed: JMESPath function 'is_external_url': looking up the host name \"a.example\" is not supported, only addresses are",
  ],
  ["x509_decode('x')", "JMESPath query failed: failed to decode PEM block"],
  ["", "invalid query (nil)"],
  ["foo-bar", "incorrect query foo-bar: SyntaxError: Unexpected token at the end of the expression: tNumber"],
  ["$", "incorrect query $: SyntaxError: Unknown char: '$'"],
  ["a + b", "incorrect query a + b: SyntaxError: Unknown char: '+'"],
  ["a.", "incorrect query a.: SyntaxError: Expected identifier, lbracket, or lbrace"],
  ["a ||", "incorrect query a ||: SyntaxError: Incomplete expression"],
  ["'a", "incorrect query 'a: SyntaxError: Unclosed delimiter: '"],
  ["`foo`", "incorrect query `foo`: invalid character 'o' in literal false (expecting 'a')"],
  ["a[b", "incorrect query a[b: SyntaxError: Expected tStar, received: tUnquotedIdentifier"],
  ["{}", "incorrect query {}: SyntaxError: Expected tQuotedIdentifier or tUnquotedIdentifier"],
  ['"f"(@)', 'incorrect query "f"(@): SyntaxError: Can\'t have quoted identifier as function Name.'],
  ["a = b", "incorrect query a = b: SyntaxError: Unexpected token at the end of the expression: tUnknown"],
];

describe("messages", () => {
  for (const [expression, message] of messages) {
    test(expression, () => assert.throws(() => evaluate(expression), { name: "QueryError", message }));
  }
});

describe("integers of live objects", () => {
  const live: Json = { i: 3, list: [1, 2], big: 9007199254740993n, f: 1.5, s: "a" };
  const run = (expression: string): Json => evaluate(expression, live, environment("int64"));
  const accepted: readonly (readonly [string, Json])[] = [
    ["i == `3`", false],
    ["i != `3`", true],
    ["i == i", true],
    ["i > `1`", null],
    ["list[?@ > `1`]", []],
    ["contains(list, `1`)", false],
    ["to_number(to_string(i)) == `3`", true],
    ["to_string(big)", "9007199254740993"],
    ["to_string(list)", "[1,2]"],
    ["i && 'yes'", "yes"],
    ["{x: i}", { x: 3 }],
    ["f > `1`", true],
    ["length(list)", new Float(2)],
    ["`3`", new Float(3)],
    ["compare(s, 'a')", 0],
    ["compare(s, 'a') == `0`", false],
  ];
  for (const [expression, expected] of accepted) {
    test(expression, () => assert.deepEqual(run(expression), expected));
  }

  const refused: readonly (readonly [string, string])[] = [
    ["abs(i)", 'Invalid type for: 3, expected: []jmespath.JpType{"number"}'],
    ["type(i)", "unknown type"],
    ["to_number(i)", "unknown type"],
    ["max(list)", 'Invalid type for: [1 2], expected: []jmespath.JpType{"array[number]", "array[string]"}'],
    ["add(i, `1`)", "JMESPath function 'add': invalid operand"],
    ["sum(list)", "JMESPath function 'sum': invalid operand"],
    [
      "object_from_lists(list, list)",
      "JMESPath function 'object_from_lists': argument #1 is not of type StringArray",
    ],
    ["regex_match('3', i)", 'Invalid type for: 3, expected: []jmespath.JpType{"string", "number"}'],
  ];
  for (const [expression, reason] of refused) {
    test(expression, () =>
      assert.throws(() => run(expression), { message: `JMESPath query failed: ${reason}` }),
    );
  }
});

describe("hostile expressions", () => {
  test("nesting is limited", () => {
    for (const expression of [
      `${"(".repeat(500)}a${")".repeat(500)}`,
      `a${".a".repeat(500)}`,
      `${"!".repeat(500)}a`,
      `a${"[*]".repeat(500)}`,
    ]) {
      assert.throws(() => compileQuery(expression), { code: "syntax", message: /nested deeper/ });
    }
  });

  test("work is counted", () => {
    const budget = new Budget({ ...defaultBudgetLimits, maxSteps: 1000 });
    const list = Array.from({ length: 100 }, () => 1);
    assert.throws(
      () =>
        evaluate(
          "l[?@ == `1`] | [?@ == `1`] | map(&[@, @, @], @)",
          { l: list },
          environment("float64", budget),
        ),
      BudgetExceeded,
    );
  });

  test("texts do not grow without limit", () => {
    const double =
      "replace_all(@, 'a', 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa')";
    assert.throws(
      () => evaluate(`'a' | ${Array.from({ length: 8 }, () => double).join(" | ")}`),
      BudgetExceeded,
    );
  });

  test("a suspension of a lazy document passes through everything that tolerates errors", () => {
    const suspension = new Suspension([]);
    const lazy = Object.defineProperty({}, "entry", {
      enumerable: true,
      get: () => {
        throw suspension;
      },
    }) as Json;
    for (const expression of ["entry[]", "entry || 'x'", "[entry]", "entry == null", "not_null(entry)"]) {
      assert.throws(
        () => evaluate(expression, lazy),
        (error) => error === suspension,
      );
    }
  });

  const names = [...builtInFunctions, ...kyvernoFunctions].map((spec) => `${spec.name}(`);
  const piece = fc.oneof(
    fc.constantFrom(...names),
    fc.constantFrom(
      "a",
      "b",
      "@",
      ".",
      "[",
      "]",
      "[]",
      "[?",
      "*",
      "(",
      ")",
      "{",
      "}",
      ",",
      ":",
      "&",
      "&&",
      "|",
      "||",
      "!",
      "==",
      "<",
      "-1",
      "0",
      "`1`",
      "'x'",
      "`[1]`",
      '"q"',
      "`",
      "'",
      '"',
      "\\",
      " ",
      "é",
    ),
    fc.string({ maxLength: 3 }),
  );
  const expressions = fc.array(piece, { maxLength: 14 }).map((pieces) => pieces.join(""));

  test("any text compiles or is refused with a QueryError, and what compiles ends in a value or one of two errors", () => {
    fc.assert(
      fc.property(
        expressions,
        fc.jsonValue(),
        fc.constantFrom<NumberMode>("int64", "float64"),
        (expression, node, numbers) => {
          try {
            evaluate(expression, node as Json, environment(numbers));
          } catch (error) {
            assert.ok(error instanceof QueryError || error instanceof BudgetExceeded, String(error));
          }
        },
      ),
      { numRuns: 3000 },
    );
  });

  test("functions given arguments of any kind end in a value or a QueryError", () => {
    const argument = fc.oneof(
      fc.jsonValue({ maxDepth: 2 }),
      fc.constantFrom("1Ki", "1h", "2023-01-01T00:00:00Z", "(", "15:04", ">1.0.0"),
    );
    fc.assert(
      fc.property(
        fc.constantFrom(...names),
        fc.array(argument, { maxLength: 4 }),
        fc.constantFrom<NumberMode>("int64", "float64"),
        (name, list, numbers) => {
          const call = `${name}${list.map((_, index) => `[${index}]`).join(", ")})`;
          try {
            evaluate(call, list as Json, environment(numbers));
          } catch (error) {
            assert.ok(
              error instanceof QueryError || error instanceof BudgetExceeded,
              `${call}: ${String(error)}`,
            );
          }
        },
      ),
      { numRuns: 3000 },
    );
  });
});
