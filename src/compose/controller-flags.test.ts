import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { parseControllerFlags } from "./controller-flags.ts";

describe("flags of the controller", () => {
  const cases: [string, string[], [string, string][]][] = [
    ["takes a value behind an equals sign", ["--page-size=100"], [["page-size", "100"]]],
    ["takes a value as the next argument", ["--page-size", "100"], [["page-size", "100"]]],
    ["reads one dash as two, as Go does", ["-v=4"], [["v", "4"]]],
    [
      "knows switches",
      ["--background-scan", "--page-size=1"],
      [
        ["background-scan", "true"],
        ["page-size", "1"],
      ],
    ],
    ["knows the switches of Kyverno", ["--openreportsEnabled"], [["openreportsEnabled", "true"]]],
    ["keeps equals signs in values", ["--x=a=b"], [["x", "a=b"]]],
  ];
  for (const [title, args, flags] of cases) {
    it(title, () => assert.deepEqual(parseControllerFlags(args).flags, flags));
  }

  it("tells what is no flag", () => {
    assert.deepEqual(parseControllerFlags(["scan", "--help"]), { flags: [], help: true, stray: ["scan"] });
  });
});
