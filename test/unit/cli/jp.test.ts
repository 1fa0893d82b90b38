import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";

import { commandLine } from "./command-line.fixture.ts";
import type { CommandLine } from "./command-line.fixture.ts";

let cli: CommandLine;
before(async () => {
  cli = await commandLine({
    "name.jmes": "metadata.name\n",
    "pod.yaml": "metadata: {name: web}\nports: [80, 443]\n",
  });
});
after(() => cli.remove());

describe("rearguard jp", () => {
  const cases: readonly (readonly [line: string, stdin: string | undefined, out: string])[] = [
    ["jp query metadata.name -i pod.yaml", undefined, '"web"\n'],
    ["jp query metadata.name -i pod.yaml --unquoted", undefined, "web\n"],
    ["jp query ports[0] ports[1] -q name.jmes -i pod.yaml", undefined, '80\n443\n"web"\n'],
    ["jp query ports -c", '{"ports": [1]}', "[1]\n"],
    ["jp query to_upper(metadata.name) -i pod.yaml", undefined, '"WEB"\n'],
  ];
  for (const [line, stdin, out] of cases) {
    it(`answers ${line}`, async () =>
      assert.deepEqual(await cli.run(line, stdin), { code: 0, out, err: "" }));
  }

  it("shows how an expression is read", async () => {
    const { out } = await cli.run("jp parse a.b");
    assert.equal(typeof JSON.parse(out), "object");
    assert.equal((await cli.run("jp parse a.b -f name.jmes")).out.match(/"subexpression"/g)?.length, 2);
  });

  it("shows functions with examples, and all of them", async () => {
    assert.match((await cli.run("jp function to_upper")).out, /^to_upper\(string\) string\n {2}to_upper\(/);
    assert.match(
      (await cli.run("jp function")).out,
      /^abs\(number\) number\n(?:.+\n)*to_upper\(string\) string\n/,
    );
  });

  const refused: readonly (readonly [line: string, message: RegExp])[] = [
    ["jp query a[ -i pod.yaml", /incorrect query a\[/],
    ["jp query nothing.here -i pod.yaml", /Unknown key "nothing"/],
    ["jp query a", /pipe a document in/],
    ["jp query -i pod.yaml", /write an expression, or name a file with one/],
    ["jp parse -f gone.jmes", /gone\.jmes: /],
    ["jp query a -i gone.yaml", /gone\.yaml: no such file/],
    ["jp function to_uper", /there is no function to_uper; is to_upper meant\?/],
  ];
  for (const [line, message] of refused) {
    it(`refuses ${line}`, async () => {
      const { code, err } = await cli.run(line);
      assert.match(err, message);
      assert.equal(code, 1);
    });
  }
});
