import assert from "node:assert/strict";
import { test } from "node:test";
import { parseSemver } from "../values/semver.ts";
import { parseSemverRange } from "./semver-range.ts";

const versions = ["0.0.0", "3.9.9", "4.0.0", "4.1.2", "4.1.3", "4.2.0", "5.0.0", "5.0.0-rc.1"];

/** Which of the versions are in the range, as blang/semver 4.0.0 answers. */
const ranges: readonly (readonly [range: string, members: string])[] = [
  ["4.x.x", "00100000"],
  ["4.x", "00111101"],
  ["4.1.x", "00011000"],
  [">4.x.x", "00011111"],
  [">4.1.x", "00000111"],
  [">=4.1.x", "00011111"],
  ["<4.1.x", "11100000"],
  ["<=4.1.x", "11111000"],
  ["<=4.x", "11111101"],
  ["!4.x.x", "00000000"],
  ["!=4.1.2", "11101111"],
  [">1.0.0 <2.0.0 || >=4.1.3", "00001111"],
  ["> 4.0.0", "00011111"],
];

for (const [range, members] of ranges) {
  test(`${range} has the members that the original finds`, () => {
    const holds = parseSemverRange(range);
    const found = versions.map((text) => {
      const version = parseSemver(text);
      assert.ok(version);
      return holds(version) ? "1" : "0";
    });
    assert.equal(found.join(""), members);
  });
}

for (const [range, message] of [
  ["5", "Last element in range is '||'"],
  ["", "Last element in range is '||'"],
  ["|| 4.0.0", "First element in range is '||'"],
  ["4.0.0 ||", "Last element in range is '||'"],
  ["4.0.0 || || 5.0.0", "Empty element between '||' in range"],
  ["xx", 'Could not get version from string: "xx"'],
  [
    "4.0",
    'Could not parse Range "4.0": Could not parse version "4.0" in "4.0": No Major.Minor.Patch elements found',
  ],
  ["~4.0.0", 'Could not parse Range "~4.0.0": Could not parse comparator "~" in "~4.0.0"'],
] as const) {
  test(`"${range}" is refused`, () => {
    assert.throws(() => parseSemverRange(range), { name: "QueryError", message });
  });
}
