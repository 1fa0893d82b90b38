import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { renderXml } from "./xml.ts";

describe("renderXml", () => {
  it("nests elements, one on a line", () => {
    const xml = renderXml({
      name: "a",
      attributes: { x: 1, left: undefined },
      children: [{ name: "b", attributes: {} }],
    });
    assert.equal(xml, '<?xml version="1.0" encoding="UTF-8"?>\n<a x="1">\n  <b/>\n</a>\n');
  });

  const texts: readonly (readonly [name: string, text: string, attribute: string, content: string])[] = [
    ["markup", `<&">`, "&lt;&amp;&quot;&gt;", `&lt;&amp;"&gt;`],
    ["the end of a CDATA section", "]]>", "]]&gt;", "]]&gt;"],
    ["line ends and tabs", "a\r\n\tb", "a&#13;&#10;&#9;b", "a&#13;\n\tb"],
    [
      "characters that XML cannot hold",
      "\u0000\u001b[31m\uffff\ud800",
      "\ufffd\ufffd[31m\ufffd\ufffd",
      "\ufffd\ufffd[31m\ufffd\ufffd",
    ],
  ];
  for (const [name, text, attribute, content] of texts) {
    it(`keeps ${name} from being read as something else`, () => {
      const xml = renderXml({ name: "t", attributes: { m: text }, children: [text] });
      assert.equal(xml.split("\n").slice(1).join("\n"), `<t m="${attribute}">${content}</t>\n`);
    });
  }
});
