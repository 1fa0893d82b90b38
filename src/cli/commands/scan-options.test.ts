import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { readScanOptions } from "./scan-options.ts";
import type { ScanFlags } from "./scan-flags.ts";

describe("readScanOptions", () => {
  it("prints a table, with -p reports as YAML", () => {
    assert.equal(readScanOptions(["p"], { resource: ["r"] }).format, "table");
    assert.equal(readScanOptions(["p"], { resource: ["r"], policyReport: true }).format, "yaml");
  });

  const cases: readonly (readonly [
    name: string,
    policies: readonly string[],
    flags: ScanFlags,
    message: RegExp,
  ])[] = [
    ["no policy", [], { resource: ["r"] }, /require policy/],
    ["no resource", ["p"], {}, /resource file\(s\) or cluster required/],
    ["two readers of standard input", ["-"], { resource: ["-"] }, /not both/],
    ["two sources of values", ["p"], { resource: ["r"], set: ["a=b"], valuesFile: "v" }, /either using set/],
    ["a URL", ["https://x/y"], { resource: ["r"] }, /nothing is fetched from the network/],
    ["an unknown format", ["p"], { resource: ["r"], outputFormat: "x" }, /table, json, yaml/],
    [
      "a report as a table",
      ["p"],
      { resource: ["r"], outputFormat: "table", policyReport: true },
      /yaml or json/,
    ],
    ["an impossible exit code", ["p"], { resource: ["r"], warnExitCode: "300" }, /0 to 255/],
  ];
  for (const [name, policies, flags, message] of cases) {
    it(`refuses ${name}`, () => assert.throws(() => readScanOptions(policies, flags), message));
  }
});
