import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { renderPage } from "#test/tools/docs/render-page.ts";
import { splitWords } from "#test/tools/docs/split-words.ts";

const place = {
  env: {},
  columns: 80,
  nowMs: 0,
  readExample: (name: string) => Promise.resolve(name === "known.yaml" ? "a: 1\n" : undefined),
};

const fence = "```";
const block = (language: string, text: string): string => `${fence}${language}\n${text}${fence}\n`;

const cases: readonly (readonly [title: string, before: string, after: string])[] = [
  [
    "puts in what commands print, with exit codes",
    block("", "$ rearguard jp query -i - a\nold\n$ echo $?\n7\n"),
    block(
      "",
      "$ rearguard jp query -i - a\nrearguard: <stdin>: pipe a document in, or name a file with -i\n$ echo $?\n1\n",
    ),
  ],
  [
    "pipes text in and takes the first lines",
    block("", "$ echo '{a: [1, 2]}' | rearguard jp query a | head -2\n"),
    block("", "$ echo '{a: [1, 2]}' | rearguard jp query a | head -2\n[\n  1,\n"),
  ],
  [
    "puts in example files by their names",
    block("yaml", "# known.yaml\nb: 2\n"),
    block("yaml", "# known.yaml\na: 1\n"),
  ],
  [
    "leaves commands of others alone",
    block("", "$ helm template x | rearguard scan -r -\nsomething\n"),
    block("", "$ helm template x | rearguard scan -r -\nsomething\n"),
  ],
  [
    "leaves other blocks and text alone",
    `text\n${block("yaml", "# other.yaml\nb: 2\n")}\n${block("", "plain\n")}`,
    `text\n${block("yaml", "# other.yaml\nb: 2\n")}\n${block("", "plain\n")}`,
  ],
];

describe("renderPage", () => {
  for (const [title, before, after] of cases) {
    it(title, async () => {
      assert.equal(await renderPage(before, place), after);
      assert.equal(await renderPage(after, place), after);
    });
  }
});

describe("splitWords", () => {
  it("knows quotes", () =>
    assert.deepEqual(splitWords(`a 'b c' "d e"f --g='h i'`), ["a", "b c", "d ef", "--g=h i"]));

  it("refuses what needs a shell", () => {
    for (const line of ["a $HOME", "a > b", "a *.yaml", "a; b"]) {
      assert.throws(() => splitWords(line), /needs a shell/);
    }
  });
});
