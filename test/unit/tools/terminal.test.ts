import assert from "node:assert/strict";
import { test } from "node:test";
import { renderSvg } from "#test/tools/terminal/render-svg.ts";
import { createScreen } from "#test/tools/terminal/screen.ts";

function textOf(written: string, columns = 20, rows = 5): readonly string[] {
  const screen = createScreen(columns, rows);
  screen.write(written);
  return screen.lines().map((line) => line.map(({ text }) => text).join(""));
}

for (const [title, written, lines] of [
  ["lines follow each other", "one\r\ntwo", ["one", "two"]],
  ["a return writes over what was there", "first\rlast", ["lastt"]],
  ["erasing to the end of the line", "first\r\u001b[Kx", ["x"]],
  ["going up and erasing what is below", "a\r\nb\r\nc\u001b[1A\r\u001b[Jd", ["a", "d"]],
  ["the whole screen is cleared", "a\r\nb\u001b[2J\u001b[Hc", ["c"]],
  ["what is wider than the screen goes on below", "0123456789", ["01234", "56789"]],
  ["what is higher than the screen is gone above", "a\r\nb\r\nc\r\nd", ["b", "c", "d"]],
  ["unknown sequences leave no trace", "\u001b[?25la\u001b[5nb\u001b=c\u0007", ["abc"]],
] as const) {
  test(`a screen in memory: ${title}`, () => {
    assert.deepEqual(textOf(written, 5, 3), lines);
  });
}

test("a picture has each coloured word in its place, and nothing that could break it", () => {
  const screen = createScreen(20, 5);
  screen.write('a  <b>\r\n\u001b[31m12\u001b[0m & "x"\r\n');
  const svg = renderSvg(screen.lines(), { columns: 20, title: "t & u" });
  const texts = [...svg.matchAll(/<text x="([\d.]+)" y="([\d.]+)" textLength="[\d.]+"([^>]*)>([^<]*)</g)];
  const [first, second, third, fourth] = texts;
  assert.deepEqual(
    texts.map(([, , , , text]) => text),
    ["a", "&lt;b&gt;", "12", "&amp; &quot;x&quot;"],
  );
  assert.equal(Math.round(Number(second?.[1]) - Number(first?.[1])), Math.round(3 * 8.4));
  assert.equal(Number(third?.[2]) - Number(first?.[2]), 19);
  assert.match(third?.[3] ?? "", /fill="#ff7b72"/);
  assert.equal(fourth?.[3], "");
  assert.match(svg, /aria-label="t &amp; u"/);
});
