import assert from "node:assert/strict";
import { test } from "node:test";
import { ApiFailure } from "../errors/api-failure.ts";
import { matchesFields, parseFieldSelector } from "./field-selector.ts";
import { matchesLabels, parseLabelSelector, selectorMatches } from "./label-selector.ts";
import { parseShardSelector } from "./shard-selector.ts";

const labels = { app: "web", tier: "front", "example.com/rank": "7" };

const cases: readonly (readonly [string, boolean])[] = [
  ["", true],
  ["app=web", true],
  ["app==web,tier!=back", true],
  ["app=", false],
  ["app in (api, web)", true],
  ["app notin (web)", false],
  ["missing notin (web)", true],
  ["tier", true],
  ["!tier", false],
  ["! missing", true],
  ["example.com/rank>6", true],
  ["example.com/rank<6", false],
  ["constructor", false],
];

for (const [text, wanted] of cases) {
  test(`the label selector ${JSON.stringify(text)} ${wanted ? "matches" : "does not match"}`, () => {
    assert.equal(matchesLabels(parseLabelSelector(text), labels), wanted);
  });
}

test("what is no selector is refused", () => {
  for (const text of ["a in b", "=x", "a=b=c", "a in (b", "(a)"]) {
    assert.throws(() => parseLabelSelector(text), ApiFailure, text);
  }
});

test("a LabelSelector object needs both its labels and its expressions", () => {
  const expression = { key: "tier", operator: "NotIn", values: ["back"] };
  assert.equal(
    selectorMatches({ matchLabels: { app: "web" }, matchExpressions: [expression] }, labels),
    true,
  );
  assert.equal(
    selectorMatches({ matchLabels: { app: "api" }, matchExpressions: [expression] }, labels),
    false,
  );
  assert.equal(selectorMatches({ app: "web" }, labels), true);
});

test("field selectors compare what a kind declares, absent fields as empty, and refuse the rest", () => {
  const kind = { selectableFields: ["status.phase", "spec.unschedulable"], isCustom: false };
  const matches = (text: string): boolean =>
    matchesFields(parseFieldSelector(text, kind), { metadata: { name: "a" }, status: { phase: "Running" } });
  assert.equal(matches("metadata.name=a,status.phase!=Pending"), true);
  assert.equal(matches("metadata.namespace="), true);
  assert.equal(matches("spec.unschedulable=true"), false);
  assert.throws(() => matches("spec.other=1"), /field label not supported: spec.other/);
});

test("two halves of the hashes share all uids between them", () => {
  const range = (from: string, to: string): string => `shardRange(object.metadata.uid,'${from}','${to}')`;
  const low = parseShardSelector(range("0x0000000000000000", "0x8000000000000000"));
  const high = parseShardSelector(range("0x8000000000000000", "0x10000000000000000"));
  for (let i = 0; i < 50; i += 1) {
    const object = { metadata: { uid: `uid-${i}` } };
    assert.equal(low(object), !high(object));
  }
  assert.throws(() => parseShardSelector("object.metadata.uid"), ApiFailure);
});
