import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { renderColumns, visible } from "./columns.ts";

const rows = [
  [
    { text: "fail", color: 31 },
    { text: "default/Pod/web" },
    { text: "a message of several words that is long" },
  ],
  [{ text: "pass" }, { text: "x" }, { text: "" }],
];

describe("renderColumns", () => {
  it("pads to the widest cell where there is no width", () => {
    assert.equal(
      renderColumns(rows, { color: false }),
      "fail  default/Pod/web  a message of several words that is long\npass  x\n",
    );
  });

  it("wraps the widest columns until all lines fit", () => {
    for (const width of [40, 50, 60]) {
      const lines = renderColumns(rows, { width, color: false }).split("\n");
      assert.ok(
        lines.every((line) => line.length <= width),
        lines.join("\n"),
      );
    }
    assert.equal(
      renderColumns(rows, { width: 45, color: false }),
      "fail  default/Pod/web  a message of several\n                       words that is long\npass  x\n",
    );
  });

  it("colours text and not the space around it", () => {
    const start = "\u001b[31mfail\u001b[0m  default/Pod/web";
    assert.equal(renderColumns(rows, { color: true }).slice(0, start.length), start);
  });

  it("sends no control characters to a terminal", () => {
    assert.equal(visible("a\u001b[31mb\nc\u202e\tx\u0000"), "a\\u{1b}[31mb c\\u{202e} x\\u{0}");
  });
});
