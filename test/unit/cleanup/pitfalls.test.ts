import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { it } from "node:test";
import { pitfalls } from "./pitfalls.ts";

it("every known mistake of cleanup controllers has a test of its own", async () => {
  const files = (await readdir(import.meta.dirname)).filter((name) => /^pitfalls-.*\.test\.ts$/.test(name));
  const texts = await Promise.all(files.map((name) => readFile(join(import.meta.dirname, name), "utf8")));
  const tested = texts.join("\n");
  const missing = pitfalls.filter((name) => tested.split(`pitfall("${name}"`).length !== 2);
  assert.deepEqual(missing, []);
});
