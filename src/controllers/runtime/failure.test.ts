import assert from "node:assert/strict";
import { test } from "node:test";
import { classifyFailure } from "./failure.ts";

const error = (facts: object): Error => Object.assign(new Error("failed"), facts);

const cases: readonly [string, unknown, ReturnType<typeof classifyFailure>][] = [
  ["a conflict is a conflict", error({ status: 409 }), { class: "conflict" }],
  [
    "too many requests wait as asked",
    error({ status: 429, retryAfterMs: 7_000 }),
    { class: "transient", atLeastMs: 7_000 },
  ],
  [
    "no server may ask for a day",
    error({ status: 503, retryAfterMs: 86_400_000 }),
    { class: "transient", atLeastMs: 300_000 },
  ],
  ["forbidden is tried slowly", error({ status: 403 }), { class: "permission", atLeastMs: 5_000 }],
  ["an invalid object is not the network's fault", error({ status: 422 }), { class: "bug" }],
  ["a reset connection is transient", error({ code: "ECONNRESET" }), { class: "transient" }],
  ["causes are looked through", error({ cause: error({ code: "UND_ERR_SOCKET" }) }), { class: "transient" }],
  ["a thrown text is a bug", "text", { class: "bug" }],
  ["nothing thrown is a bug", undefined, { class: "bug" }],
];

for (const [title, thrown, expected] of cases) {
  test(title, () => assert.deepEqual(classifyFailure(thrown), expected));
}

test("a circle of causes ends", () => {
  const circle = error({});
  Object.assign(circle, { cause: circle });
  assert.deepEqual(classifyFailure(circle), { class: "bug" });
});
