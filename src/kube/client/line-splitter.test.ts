import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { splitLines } from "./line-splitter.ts";

async function* chunksOf(bytes: Buffer, sizes: readonly number[]): AsyncGenerator<Buffer> {
  let at = 0;
  for (let i = 0; at < bytes.length; i++) {
    const size = sizes[i % sizes.length] ?? 1;
    yield bytes.subarray(at, at + size);
    at += size;
  }
}

async function linesOf(text: string, sizes: readonly number[], maxBytes = 1000): Promise<string[]> {
  const lines: string[] = [];
  for await (const line of splitLines(chunksOf(Buffer.from(text), sizes), maxBytes)) lines.push(line);
  return lines;
}

test("lines come out the same wherever the bytes are cut", async () => {
  const line = fc.string({ unit: "binary", minLength: 1 }).map((text) => `x${text.replaceAll("\n", "")}x`);
  const sizes = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1 });
  await fc.assert(
    fc.asyncProperty(fc.array(line), sizes, async (lines, cuts) => {
      const expected = lines.map((text) => Buffer.from(text).toString());
      assert.deepEqual(await linesOf(lines.map((text) => `${text}\n`).join(""), cuts, 1 << 20), expected);
    }),
    { numRuns: 200 },
  );
});

test("empty lines are left out, and so is a line that was cut off", async () => {
  assert.deepEqual(await linesOf("\n\r\na\r\n\nb\nhalf", [3]), ["a", "b"]);
});

test("a line that is too long is refused before it is ended", async () => {
  await assert.rejects(linesOf("y".repeat(50), [7], 20), { name: "TransportError", kind: "too-large" });
  assert.deepEqual(await linesOf(`${"y".repeat(20)}\n`, [7], 20), ["y".repeat(20)]);
});
