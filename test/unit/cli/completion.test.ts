import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { after, before, describe, it } from "node:test";

import { commandLine } from "./command-line.fixture.ts";
import type { CommandLine } from "./command-line.fixture.ts";

let cli: CommandLine;
before(async () => {
  cli = await commandLine({});
});
after(() => cli.remove());

/** What bash offers for a line whose last word is being typed. */
function complete(script: string, line: string): readonly string[] {
  const words = line.split(" ");
  const quoted = words.map((word) => `'${word}'`).join(" ");
  const run = `COMP_WORDS=(${quoted}); COMP_CWORD=${words.length - 1}; _rearguard; printf '%s\\n' "\${COMPREPLY[@]}"`;
  return execFileSync("bash", ["-c", `${script}\n${run}`], { encoding: "utf8" })
    .trim()
    .split("\n");
}

describe("rearguard completion", () => {
  it(
    "offers commands, their parts and their flags in bash",
    { skip: process.platform === "win32" },
    async () => {
      const { out } = await cli.run("completion bash");
      assert.deepEqual(complete(out, "rearguard sc"), ["scan"]);
      assert.deepEqual(complete(out, "rearguard jp q"), ["query"]);
      assert.deepEqual(complete(out, "rearguard apply --policy"), ["--policy-report"]);
      assert.deepEqual(complete(out, "rearguard jp query --un"), ["--unquoted"]);
      assert.deepEqual(complete(out, "rearguard create te"), ["test"]);
      assert.deepEqual(complete(out, "rearguard create exception my --policy-r"), ["--policy-rules"]);
      assert.deepEqual(complete(out, "rearguard completion z"), ["zsh"]);
      assert.deepEqual(complete(out, "rearguard explain deploy/web --names"), ["--namespace"]);
      assert.deepEqual(complete(out, "rearguard scan --no-such-flag"), [""]);
    },
  );

  it("speaks zsh and fish", async () => {
    assert.match((await cli.run("completion zsh")).out, /^autoload -U \+X bashcompinit/);
    const { out } = await cli.run("completion fish");
    assert.match(out, /complete -c rearguard -n __fish_use_subcommand -a lint -d 'check policies'/);
    assert.match(out, /-n '__fish_seen_subcommand_from scan apply' -l resource -s r -r -d '/);
    assert.match(
      out,
      /-n '__fish_seen_subcommand_from create; and __fish_seen_subcommand_from values' -l ns-selector -s n -r /,
    );
    assert.match(out, /-n '__fish_seen_subcommand_from completion' -a fish\n/);
  });

  it("refuses other shells", async () => {
    const { code, err } = await cli.run("completion tcsh");
    assert.match(err, /Allowed choices are bash, zsh, fish/);
    assert.equal(code, 1);
  });
});
