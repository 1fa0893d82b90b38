import assert from "node:assert/strict";
import { test } from "node:test";
import { redact } from "./redact.ts";

const cases: readonly [string, Record<string, unknown>, Record<string, unknown>][] = [
  [
    "values under the names of secrets are masked at any depth",
    { headers: { Authorization: "Bearer abc", accept: "json" }, password: "x", clientKey: "y" },
    {
      headers: { Authorization: "[masked]", accept: "json" },
      password: "[masked]",
      clientKey: "[masked]",
    },
  ],
  [
    "the data of a Secret is masked, that of a ConfigMap is not",
    {
      read: { kind: "Secret", data: { a: "eA==" }, stringData: { b: "x" } },
      map: { kind: "ConfigMap", data: { a: "b" } },
    },
    {
      read: { kind: "Secret", data: "[masked]", stringData: "[masked]" },
      map: { kind: "ConfigMap", data: { a: "b" } },
    },
  ],
  [
    "tokens and passwords inside texts are masked",
    { header: "sent Bearer eyJhbGciOi.x.y to the server", proxy: "http://user:pass@proxy:3128" },
    { header: "sent Bearer [masked] to the server", proxy: "http://user:[masked]@proxy:3128" },
  ],
  ["names that only look alike are kept", { tokens: 3, secretName: "tls" }, { tokens: 3, secretName: "tls" }],
];

for (const [title, given, expected] of cases) {
  test(title, () => assert.deepEqual(redact(given), expected));
}

test("depth, length and number of items are limited", () => {
  const circle: Record<string, unknown> = {};
  circle["self"] = circle;
  const line = redact({
    circle,
    long: "x".repeat(100_000),
    many: Array.from({ length: 1_000 }, () => "item"),
  });
  assert.ok(JSON.stringify(line).length < 6_000);
});

test("a key named __proto__ is an ordinary key", () => {
  const line = redact(JSON.parse('{"fields": {"__proto__": {"polluted": 1}}}') as Record<string, unknown>);
  assert.equal(JSON.stringify(line), '{"fields":{"__proto__":{"polluted":1}}}');
});
