import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { compareSemver, parseSemver } from "./semver.ts";

describe("parseSemver", () => {
  for (const text of [
    "1.2.3",
    "0.0.0",
    "1.2.3-rc.1",
    "1.2.3-a-b.0",
    "1.2.3+b.01",
    "18446744073709551615.0.0",
  ]) {
    it(`takes ${text}`, () => assert.ok(parseSemver(text) !== undefined));
  }
  for (const text of [
    "",
    "1",
    "1.2",
    "v1.2.3",
    "1.2.3.4",
    "01.2.3",
    "1.2.3-",
    "1.2.3-01",
    "1.2.3-a..b",
    "1.2.3+",
    "1.2.3-é",
    "1.2.x",
    " 1.2.3",
    "18446744073709551616.0.0",
  ]) {
    it(`refuses ${JSON.stringify(text)}`, () => assert.equal(parseSemver(text), undefined));
  }
});

describe("compareSemver", () => {
  it("orders versions as the specification does", () => {
    const ascending = [
      "0.9.0",
      "1.0.0-alpha",
      "1.0.0-alpha.1",
      "1.0.0-alpha.beta",
      "1.0.0-beta",
      "1.0.0-beta.2",
      "1.0.0-beta.11",
      "1.0.0-rc.1",
      "1.0.0",
      "1.9.0",
      "1.10.0",
      "1.10.2",
      "10.0.0",
    ].map((text) => parseSemver(text));
    for (const [index, left] of ascending.entries()) {
      for (const [other, right] of ascending.entries()) {
        assert.ok(left !== undefined && right !== undefined);
        assert.equal(Math.sign(compareSemver(left, right)), Math.sign(index - other));
      }
    }
  });

  it("ignores build metadata", () => {
    const [left, right] = [parseSemver("1.0.0+a"), parseSemver("1.0.0+b")];
    assert.ok(left !== undefined && right !== undefined);
    assert.equal(compareSemver(left, right), 0);
  });
});
