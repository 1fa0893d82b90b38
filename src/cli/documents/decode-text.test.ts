import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { decodeText } from "./decode-text.ts";

async function* chunksOf(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  await Promise.resolve();
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

const decode = async (bytes: Uint8Array, size: number): Promise<string> =>
  (await Array.fromAsync(decodeText(chunksOf(bytes, size)))).join("");

const bigEndian = (text: string): Buffer => Buffer.from(text, "utf16le").swap16();

describe("decodeText", () => {
  const text = "name: größe 🙂\r\n";
  const cases: readonly (readonly [name: string, bytes: Buffer])[] = [
    ["UTF-8", Buffer.from(text)],
    ["UTF-8 with a byte order mark", Buffer.from(`\uFEFF${text}`)],
    ["UTF-16, little end first", Buffer.from(`\uFEFF${text}`, "utf16le")],
    ["UTF-16, big end first", bigEndian(`\uFEFF${text}`)],
  ];
  for (const [name, bytes] of cases) {
    it(`reads ${name}, whatever the chunks are`, async () => {
      for (const size of [1, 2, 3, 1000]) assert.equal(await decode(bytes, size), text);
    });
  }

  it("gives nothing for an empty file and one character for a file of one", async () => {
    assert.equal(await decode(Buffer.from(""), 1), "");
    assert.equal(await decode(Buffer.from("a"), 1), "a");
  });

  const refused: readonly (readonly [name: string, bytes: readonly number[]])[] = [
    ["bytes that are no UTF-8", [0x61, 0xff, 0x62]],
    ["a character that is cut off", [0x61, 0xc3]],
  ];
  for (const [name, bytes] of refused) {
    it(`refuses ${name}`, async () => {
      await assert.rejects(decode(Buffer.from(bytes), 10), {
        name: "NoTextError",
        message: "no text: not UTF-8",
      });
    });
  }
});
