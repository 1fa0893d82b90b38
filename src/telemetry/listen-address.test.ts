import assert from "node:assert/strict";
import { test } from "node:test";
import { parseListenAddress, showListenAddress } from "./listen-address.ts";

const cases: readonly [string, ReturnType<typeof parseListenAddress>][] = [
  [":8000", { port: 8000 }],
  ["8000", { port: 8000 }],
  ["127.0.0.1:0", { host: "127.0.0.1", port: 0 }],
  ["[::1]:8000", { host: "::1", port: 8000 }],
  ["localhost:65536", undefined],
  ["localhost", undefined],
  ["http://localhost:80", undefined],
  ["", undefined],
];

for (const [text, expected] of cases) {
  test(`${JSON.stringify(text)} is ${expected === undefined ? "no address" : showListenAddress(expected)}`, () => {
    assert.deepEqual(parseListenAddress(text), expected);
  });
}
