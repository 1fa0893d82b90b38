import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { parseDocument } from "./parse-document.ts";

const content = (text: string): unknown => {
  const parsed = parseDocument({ text, line: 1 });
  assert.ok(parsed.ok, parsed.ok ? "" : parsed.message);
  return parsed.content;
};

describe("parseDocument", () => {
  it("reads words and numbers as Kubernetes tools do, and quoted ones as text", () => {
    const text = "a: yes\nb: 'yes'\nc: 0777\nd: 1.0\ne: 2024-01-02\nf:\n1: x\n!!str g: !!str 12\n";
    assert.deepEqual(content(text), {
      a: true,
      b: "yes",
      c: 511,
      d: 1,
      e: "2024-01-02",
      f: null,
      1: "x",
      g: "12",
    });
  });

  it("resolves anchors and merge keys; of two equal keys the later counts", () => {
    assert.deepEqual(content("a: &x {b: 1}\nc: {<<: *x, d: 2}\ne: 1\ne: 2\n"), {
      a: { b: 1 },
      c: { b: 1, d: 2 },
      e: 2,
    });
  });

  it("keeps __proto__ as an ordinary key", () => {
    for (const text of ['{"__proto__": {"a": 1}}', "__proto__: {a: 1}"]) {
      assert.deepEqual(Object.keys(content(text) as object), ["__proto__"]);
      assert.equal(({} as { a?: number }).a, undefined);
    }
  });

  it("names the line of a mistake within the file", () => {
    const parsed = parseDocument({ text: "a: 1\nb: [1\n", line: 10 });
    assert.ok(!parsed.ok);
    assert.ok(parsed.line >= 11, String(parsed.line));
  });

  it("says which keys stand twice", () => {
    const parsed = parseDocument({ text: "a: 1\nb:\n  c: 1\n  c: 2\n", line: 10 });
    assert.ok(parsed.ok);
    assert.deepEqual(parsed.warnings, [{ line: 13, message: "c stands there twice; the last counts" }]);
  });

  const refused: readonly (readonly [name: string, text: string, message: RegExp])[] = [
    ["a number that JSON does not know", "a: .nan", /no number that JSON knows/],
    ["JSON that is cut off", '{"a": [1', /./],
    ["deep YAML", "[".repeat(50_000), /^nested too deeply$/],
    ["deep JSON", `{"a":${"[".repeat(5000)}${"]".repeat(5000)}}`, /nested deeper than 500 levels/],
    [
      "aliases that multiply",
      `a: &a [${"1,".repeat(9)}1]\n${["b", "c", "d", "e", "f", "g"]
        .map((key, index) => `${key}: &${key} [${`*${"abcdef"[index]},`.repeat(9)}1]`)
        .join("\n")}`,
      /^its aliases stand for more than 1000000 values$/,
    ],
    [
      "merge keys that multiply",
      Array.from({ length: 30 }, (_, at) =>
        at === 0 ? "a0: &a0 {k: 1}" : `a${at}: &a${at} {<<: [${`*a${at - 1},`.repeat(9)}]}`,
      ).join("\n"),
      /^its aliases stand for more than 1000000 values$/,
    ],
    ["an alias within itself", "a: &a [*a]", /^the alias \*a stands within what it refers to$/],
    ["a template", "replicas: {{ .Values.replicas }}", /^a map or list cannot be a key/],
    [
      "a map for a key, however deep",
      `${"{".repeat(100)}a${"}".repeat(100)}`,
      /^a map or list cannot be a key/,
    ],
    ["an alias of a map for a key", "a: &a {b: 1}\nc: {? *a : 1}", /^a map or list cannot be a key/],
    ["an alias of nothing", "a: *b", /Unresolved alias/],
  ];
  for (const [name, text, message] of refused) {
    it(`refuses ${name}`, () => {
      const parsed = parseDocument({ text, line: 1 });
      assert.ok(!parsed.ok);
      assert.match(parsed.message, message);
    });
  }
});
