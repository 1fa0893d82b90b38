import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { describe, it } from "node:test";

/** Texts in the sources of this folder that are no refusals. */
const others: ReadonlySet<string> = new Set([
  "Privileged Containers",
  "/proc Mount Type",
  "Privilege Escalation",
  "Host Namespaces",
  "HostPath Volumes",
  "Running as Non-root",
  "Running as Non-root user",
  "autogen rule ",
]);

const folder = new URL("./", import.meta.url);
const readSources = (isWanted: (name: string) => boolean): string =>
  readdirSync(folder)
    .filter((name) => name.endsWith(".ts") && !name.endsWith(".fixture.ts") && isWanted(name))
    .map((name) => readFileSync(new URL(name, folder), "utf8").replaceAll(/\\(["'`])/g, "$1"))
    .join("\n");

describe("the tests of admission", () => {
  it("have an example of every refusal that the sources can give", () => {
    const tests = readSources((name) => name.endsWith(".test.ts"));
    const sources = readSources((name) => !name.endsWith(".test.ts")).replaceAll(/\/\*[^]*?\*\/|\/\/.*/g, "");
    const literals = [...sources.matchAll(/"([^"\n]*)"|`([^`]*)`|'([^'\n]*)'/g)].map(
      (found) => found[1] ?? found[2] ?? found[3] ?? "",
    );
    const missing = literals
      .map((text) =>
        text
          .split(/\$\{[^}]*\}/)
          .reduce((longest, part) => (part.length > longest.length ? part : longest), ""),
      )
      .filter((part) => part.trim().length > 10 && part.trim().includes(" ") && !others.has(part))
      .filter((part) => !tests.includes(part.trim().slice(0, 24)));
    assert.deepEqual(missing, []);
  });
});
