import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { splitDocuments } from "./split-documents.ts";
import type { DocumentText } from "./split-documents.ts";

async function* chunksOf(text: string, size: number): AsyncGenerator<string> {
  await Promise.resolve();
  for (let at = 0; at < text.length; at += size) yield text.slice(at, at + size);
}

const split = (text: string, size = text.length + 1): Promise<DocumentText[]> =>
  Array.fromAsync(splitDocuments(chunksOf(text, size)));

describe("splitDocuments", () => {
  it("gives each document with the line on which it begins to say something", async () => {
    assert.deepEqual(await split("# head\na: 1\n---\n\n# note\nb: 2\n"), [
      { text: "a: 1\n", line: 2 },
      { text: "b: 2\n", line: 6 },
    ]);
  });

  it("gives the same whatever the chunks are", async () => {
    const text = "\uFEFFa: 1\r\n---\r\nb: |\n  ---\n  x\n--- # c\nc: 3";
    const whole = await split(text);
    assert.deepEqual(
      whole.map(({ line }) => line),
      [1, 3, 7],
    );
    for (const size of [1, 2, 3, 7]) assert.deepEqual(await split(text, size), whole);
  });

  it("leaves out documents of comments, directives and blanks", async () => {
    assert.deepEqual(await split("%YAML 1.2\n---\n# only\n---\n\n...\n---\na: 1\n---\n"), [
      { text: "a: 1\n", line: 8 },
    ]);
  });

  it("keeps what follows the separator on its line", async () => {
    assert.deepEqual(await split('--- {"a": 1}\n'), [{ text: '    {"a": 1}\n', line: 1 }]);
  });

  it("takes objects of JSON that follow each other for documents", async () => {
    const text = '{"a": {\n}}\n\n{"b": [\n{\n},\n{\n}]}\n{"c": 1}\n';
    for (const size of [1, 5, 100]) {
      assert.deepEqual(await split(text, size), [
        { text: '{"a": {\n}}\n\n', line: 1 },
        { text: '{"b": [\n{\n},\n{\n}]}\n', line: 4 },
        { text: '{"c": 1}\n', line: 9 },
      ]);
    }
  });

  it("ends a document where the text says so", async () => {
    assert.deepEqual(await split("a: 1\n...\nb: 2\n"), [
      { text: "a: 1\n", line: 1 },
      { text: "b: 2\n", line: 3 },
    ]);
  });

  it("refuses what is no text, with the line", async () => {
    await assert.rejects(split("a: 1\nb: \0\n", 3), { name: "SplitError", line: 2 });
  });

  it("does not take a longer line of dashes for a separator", async () => {
    assert.equal((await split("a: |\n  x\n----\n")).length, 1);
  });
});
