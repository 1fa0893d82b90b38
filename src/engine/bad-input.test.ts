import assert from "node:assert/strict";
import { describe, it } from "node:test";

import type { ContextEntry } from "#api/kyverno/context.ts";
import type { Rule } from "#api/kyverno/rule.ts";

import { Budget, defaultBudgetLimits } from "./budget.ts";
import type { BudgetLimits } from "./budget.ts";
import { compile } from "./compile.ts";
import { evaluate } from "./evaluate.ts";
import { always, input, policy, rule } from "./evaluate.fixture.ts";
import { mutated, merges } from "./mutate/mutate.fixture.ts";
import { objectOf } from "./values/json.ts";
import type { Json, JsonObject } from "./values/json.ts";

/** CPU time that no evaluation may take, on whatever machine. */
const maxCpuMs = 5_000;

/** Status and message of a rule on an object, within a time that nobody notices. */
const judge = (body: Partial<Rule>, object: JsonObject = {}, limits: Partial<BudgetLimits> = {}): string => {
  const before = process.cpuUsage();
  const budget = new Budget({ ...defaultBudgetLimits, ...limits });
  const evaluation = evaluate(compile(policy([rule("r", body)])), input(object, { budget }));
  const { user, system } = process.cpuUsage(before);
  assert.ok((user + system) / 1_000 < maxCpuMs, `${(user + system) / 1_000} ms`);
  assert.ok(evaluation.kind === "completed");
  const [response] = evaluation.responses;
  return response === undefined ? "none" : `${response.status}: ${response.message}`;
};

const asks = (key: Json, value: Json = "x", operator = "Equals"): Partial<Rule> => ({
  validate: { deny: { conditions: { any: [{ key, operator, value }] } } },
});
const nested = (levels: number, innermost: Json = 1): Json => {
  let value = innermost;
  for (let level = 0; level < levels; level += 1) value = { a: value };
  return value;
};
const entry = (name: string, value: Json): ContextEntry => ({ name, variable: { value } });
const hostile = objectOf(
  ["__proto__", "constructor", "prototype", "hasOwnProperty"].map((key) => [key, { x: 1 }]),
);

describe("hostile keys", () => {
  const object: JsonObject = { ...hostile, metadata: { labels: hostile, annotations: hostile, name: "p" } };

  it("are ordinary keys of a pattern and of the object", () => {
    for (const key of Object.keys(hostile)) {
      const pattern = objectOf([[key, { x: 1 }]]);
      assert.match(judge({ validate: { pattern } }, object), /^pass/);
      assert.match(judge({ validate: { pattern } }, {}), /^fail/);
      assert.match(judge({ validate: { pattern: objectOf([[`X(${key})`, null]]) } }, {}), /^pass/);
    }
  });

  it("are unknown keys of expressions where the object lacks them", () => {
    for (const key of Object.keys(hostile)) {
      assert.match(judge(asks(`{{ request.object.${key}.x }}`)), /^error: .*Unknown key/);
      assert.match(judge(asks(`{{ request.object.${key}.x }}`, 1, "AnyIn"), object), /^(pass|fail)/);
    }
  });

  it("are names of context entries like any other", () => {
    for (const key of ["constructor", "prototype", "toString"]) {
      assert.match(judge({ context: [entry(key, "v")], ...asks(`{{ ${key} }}`, "v") }), /^fail/);
    }
    const context = [entry("__proto__", { polluted: "yes" })];
    assert.match(judge({ context, ...asks("{{ polluted || 'no' }}", "no") }), /^fail/);
  });

  it("are elements of a foreach, and parts of what patches make", () => {
    const foreach = [{ list: "request.object.*", pattern: { x: 1 } }];
    assert.match(judge({ validate: { foreach } }, hostile), /^pass/);
    const { object: made } = mutated([merges("r", { metadata: { labels: hostile } })], {
      object: { kind: "Pod" },
    });
    assert.ok(Object.hasOwn((made["metadata"] as JsonObject)["labels"] as JsonObject, "__proto__"));
    assert.equal(({} as Record<string, unknown>)["x"], undefined);
  });
});

describe("patterns that are meant to take forever", () => {
  const text = `${"a".repeat(20_000)}!`;

  it("match in linear time when they are regular expressions", () => {
    for (const pattern of ["(a+)+$", "(a|aa)+$", "(a|a?)+$", "^(([a-z])+.)+[A-Z]([a-z])+$"]) {
      assert.match(
        judge(asks(`{{ regex_match('${pattern}', request.object.text) }}`, true), { text }),
        /^(pass|fail)/,
      );
    }
  });

  it("are too large, or cost steps, when repetitions make them so", () => {
    const huge = `(${"(a|b|c){0,900}".repeat(100)})`;
    assert.match(judge(asks(`{{ regex_match('${huge}', 'x') }}`)), /^error: .*expression too large$/);
    const list = Array.from({ length: 2_000 }, (_, index) => `n${index}`);
    const each = asks("{{ regex_match('(a|b|c){0,900}{{ element }}', 'x') }}").validate ?? {};
    const foreach = [{ list: "request.object.list", ...each }];
    assert.equal(judge({ validate: { foreach } }, { list }), "error: evaluation stopped after 2000000 steps");
  });

  it("match in linear time when they are wildcards", () => {
    for (const pattern of ["*a*a*a*a*b", `${"*a".repeat(200)}*b`, `*${"a?".repeat(200)}b*`]) {
      assert.match(judge({ validate: { pattern: { text: pattern } } }, { text }), /^fail/);
    }
    assert.match(
      judge({ validate: { pattern: { text: `*${"a?".repeat(2_000)}b*` } } }, { text }),
      /^error: a wildcard may not have more than 512 characters/,
    );
  });

  it("cost steps when there are many of them", () => {
    const list = Array.from({ length: 3_000 }, (_, index) => `${"a".repeat(50)}${index}`);
    const wildcards = Array.from({ length: 3_000 }, () => "*a*a*a*a*b");
    assert.equal(
      judge(asks("{{ request.object.list }}", wildcards, "AnyIn"), { list }),
      "error: evaluation stopped after 2000000 steps",
    );
  });
});

describe("variables that are meant to take forever", () => {
  it("double until a text is too long", () => {
    const context = Array.from({ length: 60 }, (_, index) =>
      entry(`v${index}`, index === 0 ? "xxxxxxxx" : `{{ v${index - 1} }}{{ v${index - 1} }}`),
    );
    assert.match(
      judge({ context, ...asks("{{ v59 }}") }),
      /^error: (evaluation stopped at a text of more than 4194304 characters|.*context size limit exceeded)/,
    );
  });

  it("name each other in a circle", () => {
    const context = [entry("a", "{{ b }}"), entry("b", "{{ a }}")];
    assert.match(judge({ context, ...asks("{{ a }}") }), /^error: .*Unknown key "b" in path/);
    assert.match(
      judge({ context: [entry("a", "{{ a }}")], ...asks("{{ a }}") }),
      /^error: .*Unknown key "a"/,
    );
  });

  it("give texts with variables that give texts with variables", () => {
    const object = { text: "again {{ request.object.text }}" };
    assert.match(
      judge(asks("say {{ request.object.text }}"), object),
      /^error: .*rounds of substitution|^error: evaluation stopped/,
    );
  });

  it("call what does not exist", () => {
    assert.match(judge(asks("{{@ | nope() }}")), /^error: .*unknown function: nope$/);
  });

  it("are never closed", () => {
    for (const text of [
      "{{ a",
      "{{",
      "a }}",
      "{{ {{ a }}",
      "{{ 'a }}",
      "{{ `a }}",
      "$(",
      "$(a",
      "{{{{{{{{",
    ]) {
      assert.match(judge(asks(text)), /^(pass|error)/);
    }
    assert.match(judge(asks(`${"{{ ".repeat(5_000)}a`)), /^(pass|error)/);
  });

  it("ask for a random text of a billion characters", () => {
    assert.match(judge(asks("{{ random('[a-z]{1000000000}') }}")), /^error: .*invalid repeat count/);
    assert.match(
      judge(asks("{{ random('(([a-z]{999}){999}){999}') }}")),
      /^error: .*(invalid repeat count|too large)/,
    );
    assert.match(judge(asks("{{ random('([a-z]{900}){2}') }}")), /^(pass|error: .*(repeat count|too large))/);
  });
});

describe("patches that are nil", () => {
  it("change nothing or say what is missing", () => {
    for (const mutate of [
      {},
      { patchStrategicMerge: null },
      { patchesJson6902: "" },
      { patchesJson6902: "[null]" },
    ]) {
      const { responses, object } = mutated([rule("r", { mutate })]);
      assert.ok(
        responses.every(({ status, message }) => status !== "pass" && !message.startsWith("internal")),
      );
      assert.equal(object["kind"], "Pod");
    }
  });

  it("are rules without a check", () => {
    for (const validate of [{}, { pattern: null }, { anyPattern: null }, { foreach: [] }]) {
      assert.match(judge({ validate }), /^error: validate has none of/);
    }
  });
});

describe("a great deal", () => {
  const list = Array.from({ length: 10_000 }, (_, index) => ({ name: `n${index}` }));

  it("of elements is judged, and too many of them are an error that says so", () => {
    const foreach = [{ list: "request.object.list", pattern: { name: "n*" } }];
    assert.equal(judge({ validate: { foreach } }, { list }), "pass: rule passed");
    assert.equal(
      judge({ validate: { foreach } }, { list }, { maxElements: 9_999 }),
      "error: evaluation stopped after 9999 elements of foreach",
    );
    const square = [
      { list: "request.object.list", foreach: [{ list: "request.object.list", pattern: { name: "n*" } }] },
    ];
    assert.match(
      judge({ validate: { foreach: square } }, { list }),
      /^error: evaluation stopped after \d+ (elements of foreach|steps)$/,
    );
  });

  it("of steps is an error that says so", () => {
    const limits = { maxSteps: 1_000 };
    assert.equal(
      judge(asks("{{ request.object.list[].name }}"), { list }, limits),
      "error: evaluation stopped after 1000 steps",
    );
  });

  it("of bytes from context entries is an error that says so", () => {
    const context = [entry("a", "x".repeat(3 * 1024 * 1024))];
    assert.match(
      judge({ context, ...asks("{{ a }}") }),
      /^error: .*context size limit exceeded: \d+ bytes exceeds limit of 2097152 bytes$/,
    );
  });

  it("of nesting is an error that says so, wherever it is", () => {
    const deep = { spec: nested(10_000) };
    assert.match(
      judge({ validate: { pattern: nested(10_000) } }),
      /^error: the rule is nested deeper than 200 levels$/,
    );
    assert.match(judge(asks("{{ request.object }}", deep), deep), /^error: /);
    assert.equal(
      judge(asks("{{ to_string(request.object) }}"), deep),
      "error: evaluation stopped at a nesting of 200 levels",
    );
    assert.match(judge(asks(`{{ ${"!".repeat(5_000)}a }}`)), /^error: .*nested deeper than \d+ levels/);
    assert.match(
      judge(asks(`{{ ${"(".repeat(5_000)}a${")".repeat(5_000)} }}`)),
      /^error: .*nested deeper than \d+ levels/,
    );
    assert.match(
      judge({ ...asks("a"), preconditions: always, validate: { foreach: [deepForEach(40)] } }),
      /^error: foreach is nested deeper than 16 levels/,
    );
  });

  it("of text from patterns of regular expressions, hashes and YAML costs steps", () => {
    for (const call of [
      "parse_yaml('a: [1, 2, 3]')",
      `sha256('${"a".repeat(3_000)}')`,
      "random('[a-z]{900}')",
    ]) {
      assert.equal(
        judge(asks(`{{ request.object.list[].${call} }}`), { list }),
        "error: evaluation stopped after 2000000 steps",
      );
    }
    assert.match(judge(asks("{{ request.object.list[].add('1e900', '1e-9') }}"), { list }), /^(pass|error)/);
  });
});

const deepForEach = (
  levels: number,
): { readonly list: string; readonly foreach?: unknown; readonly deny?: object } =>
  levels === 0 ? { list: "`[1]`", deny: {} } : { list: "`[1]`", foreach: [deepForEach(levels - 1)] };
