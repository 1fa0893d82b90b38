import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { renderSettingsPage } from "./settings-page.ts";
import { flagOf, settingRows, variableOf } from "./setting-table.ts";

test("docs/settings.md is what the table says; node test/tools/settings-page.ts writes it", async () => {
  const page = await readFile(join(import.meta.dirname, "../../../docs/settings.md"), "utf8");
  assert.equal(page, renderSettingsPage());
});

test("no two settings share a flag or a variable", () => {
  const flags = [...settingRows].flatMap(([name, { kyvernoFlags = [] }]) => [
    ...new Set([flagOf(name), ...kyvernoFlags]),
  ]);
  const variables = [...settingRows].flatMap(([name, { env = [] }]) => [variableOf(name), ...env]);
  assert.equal(new Set(flags).size, flags.length);
  assert.equal(new Set(variables).size, variables.length);
});

test("every default is a value that its own type reads", () => {
  for (const [name, { type, default: value }] of settingRows) {
    assert.deepEqual(type.parse(type.show(value)), { ok: true, value }, name);
  }
});

test("names become flags and variables by their words", () => {
  assert.equal(flagOf("maxAPICallResponseLength"), "max-api-call-response-length");
  assert.equal(variableOf("backgroundScanInterval"), "REARGUARD_BACKGROUND_SCAN_INTERVAL");
});
