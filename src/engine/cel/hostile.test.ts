import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { gzipSync } from "node:zlib";

import { BudgetExceeded } from "../budget.ts";
import type { ContextAnswer } from "../context/context-source.ts";
import { kindEnvironment } from "./environments/kind-environment.ts";
import { compileVariables } from "./environments/policy-variables.ts";
import { compileCel } from "./program.ts";
import type { CelValue } from "./values/cel-value.ts";

const environment = kindEnvironment("ValidatingPolicy");
const clock = { nowMs: 0, seed: 1 };
const budget = "operation cancelled: actual cost limit exceeded";
/** Of the processor: others run on the machine too. */
const maxCpuMs = 500;

interface Outcome {
  readonly shown: unknown;
  readonly cpuMs: number;
}

/** The value of an expression, or the text of why it has none, and how long that took. */
function outcomeOf(text: string, object: CelValue = {}, answer?: ContextAnswer): Outcome {
  const start = process.cpuUsage();
  const shown = evaluate(text, object, answer);
  const { user } = process.cpuUsage(start);
  return { shown, cpuMs: user / 1000 };
}

function evaluate(text: string, object: CelValue, answer?: ContextAnswer): unknown {
  const compiled = compileCel(text, environment);
  if (compiled.kind === "failed") return compiled.issue.reason;
  const source = { lookUp: (): ContextAnswer => answer ?? { kind: "unavailable" } };
  const outside = { source, scope: { policyKind: "ValidatingPolicy", policyName: "hostile" } };
  try {
    const get = (name: string): CelValue | undefined => (name === "object" ? object : undefined);
    const result = compiled.program.evaluate({ get, outside }, clock);
    return result.kind === "error" ? result.message : result.value;
  } catch (error) {
    if (!(error instanceof BudgetExceeded)) throw error;
    return error.message;
  }
}

/** `levels` bindings, each of which uses the one before it twice. */
function doubled(first: string, next: (name: string) => string, levels: number, body: string): string {
  let text = body.replaceAll("$", `v${levels}`);
  for (let level = levels; level > 0; level--)
    text = `cel.bind(v${level}, ${next(`v${level - 1}`)}, ${text})`;
  return `cel.bind(v0, ${first}, ${text})`;
}

const letters = "a".repeat(100_000);
const lists = doubled("[1, 2]", (name) => `${name} + ${name}`, 60, "size($)");
const texts = doubled("'ab'", (name) => `${name} + ${name}`, 60, "size($)");
const nested = (body: string): string => doubled("[1]", (name) => `[${name}, ${name}]`, 60, body);

describe("CEL: hostile expressions end in time", () => {
  const rows: readonly [title: string, text: string, expected: unknown, object?: CelValue][] = [
    [
      "loops within loops",
      "lists.range(1000).all(a, lists.range(1000).all(b, lists.range(1000).all(c, a + b + c >= 0)))",
      budget,
    ],
    ["a loop over a range of all that there is", "lists.range(1000000).map(x, x).size() > 0", budget],
    ["lists that double", lists, budget],
    ["texts that double", texts, budget],
    ["a list within itself that is formatted", nested("'%s'.format([$])"), budget],
    ["a list within itself that is compared", nested("$ == $"), budget],
    [
      "a list within itself that is written as JSON",
      nested("json.marshal($)"),
      /more than 300000 parts|limit exceeded/,
    ],
    ["a list within itself that is flattened", nested("$.flatten(60).size()"), budget],
    [
      "types that double",
      doubled("{1: 1}", (name) => `{${name}: ${name}}`, 40, "$ == $"),
      "expression has types that are too large",
    ],
    [
      "a text that replaces its own letters",
      "cel.bind(t, object.text.replace('a', object.text), t.replace('a', t).size())",
      budget,
      { text: "a".repeat(3000) },
    ],
    [
      "repetitions within repetitions",
      "object.text.matches('(a{1,30}){1,30}$')",
      budget,
      { text: `${letters}b` },
    ],
    [
      "repetitions within repetitions within repetitions",
      "'a'.matches(object.text)",
      "error parsing regexp: expression too large: more than 20000 states",
      { text: "((a{1,100}){1,100}){1,100}" },
    ],
    [
      "an expression that backtracks elsewhere",
      "object.text.matches('(x+x+)+y')",
      false,
      { text: "x".repeat(20_000) },
    ],
    ["matches that each look to the end", "object.text.findAll('a.*z|a').size()", budget, { text: letters }],
    ["an expression of a megabyte", "'a'.matches(object.text)", /too large/, { text: "a".repeat(1_000_000) }],
    ["a search for a long text", "object.text.contains(object.text)", budget, { text: letters }],
    ["YAML that doubles", "yaml.parse(object.text)", /alias|error converting/, { text: yamlBomb() }],
    [
      "gzip that grows a thousandfold",
      "gzip.decompress(base64.decode(object.text)).size()",
      budget,
      { text: gzipSync(Buffer.alloc(50_000_000)).toString("base64") },
    ],
  ];
  for (const [title, text, expected, object] of rows) {
    it(title, () => {
      const { shown, cpuMs } = outcomeOf(text, object ?? {});
      if (expected instanceof RegExp) assert.match(String(shown), expected);
      else assert.equal(shown, expected);
      assert.ok(cpuMs < maxCpuMs, `it took ${Math.round(cpuMs)} ms of the processor`);
    });
  }
});

function yamlBomb(): string {
  const lines = ["a0: &a0 [x, x]"];
  for (let level = 1; level < 40; level++)
    lines.push(`a${level}: &a${level} [*a${level - 1}, *a${level - 1}]`);
  return lines.join("\n");
}

describe("CEL: answers of 100 MB", () => {
  const text = "x".repeat(100_000_000);
  const list = Array.from({ length: 2_000_000 }, () => "x");
  const rows: readonly [title: string, expression: string, value: ContextAnswer, expected: unknown][] = [
    [
      "a list from the network is not read",
      "http.Get('https://shop.example').body.size()",
      { kind: "value", value: { statusCode: 200, body: list } },
      "data of more than 1000000 parts are not read",
    ],
    [
      "a list of objects costs what is looked at",
      "resource.List('v1', 'pods', '').items.exists(x, x == 'y')",
      { kind: "value", value: { items: list } },
      budget,
    ],
    [
      "a text costs its length",
      "resource.Get('v1', 'secrets', 'shop', 'web').data.contains('y')",
      { kind: "value", value: { data: text } },
      budget,
    ],
    [
      "a text that is only compared is",
      "resource.Get('v1', 'secrets', 'shop', 'web').data == 'y'",
      { kind: "value", value: { data: text } },
      false,
    ],
  ];
  for (const [title, expression, value, expected] of rows) {
    it(title, () => {
      const { shown, cpuMs } = outcomeOf(expression, {}, value);
      assert.equal(shown, expected);
      assert.ok(cpuMs < maxCpuMs, `it took ${Math.round(cpuMs)} ms of the processor`);
    });
  }
});

describe("CEL: hostile keys", () => {
  const object = JSON.parse('{"__proto__": {"admin": true}, "constructor": 1}') as CelValue;
  const rows: readonly [text: string, expected: unknown][] = [
    ["object.admin", "no such key: admin"],
    ["object['__proto__'].admin", true],
    ["has(object.toString)", false],
    ["object.constructor", 1],
    ["'hasOwnProperty' in object", false],
    ["{'__proto__': {'a': 1}}.a", "no such key: a"],
    ["dyn({'__proto__': {'a': 1}}).a", "no such key: a"],
    ["dyn(['__proto__'].transformMapEntry(i, k, {k: {'a': 1}})).a", "no such key: a"],
    ['json.unmarshal(\'{"__proto__": {"a": 1}}\').a', "no such key: a"],
    ["yaml.parse('__proto__: {a: 1}').a", "no such key: a"],
  ];
  for (const [text, expected] of rows) {
    it(text, () => assert.equal(outcomeOf(text, object).shown, expected));
  }
});

describe("CEL: variables never depend on themselves", () => {
  const rows: readonly [title: string, expressions: readonly string[], reason: string][] = [
    ["one that names itself", ["variables.a + 1"], "undefined field 'a'"],
    ["two that name each other", ["variables.b", "variables.a"], "undefined field 'b'"],
  ];
  for (const [title, expressions, reason] of rows) {
    it(title, () => {
      const declared = expressions.map((expression, index) => ({ name: "ab".charAt(index), expression }));
      const compiled = compileVariables(declared, environment);
      assert.equal(compiled.kind === "failed" ? compiled.issue.reason : "compiles", reason);
    });
  }
});
