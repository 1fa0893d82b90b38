import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { parseKindSelector } from "./kind-selector.ts";
import { kindSelectionsOf, selectsKind, uniqueSelections } from "./kind-selection.ts";

const pod = parseKindSelector("Pod");
const job = parseKindSelector("Job");

describe("kindSelectionsOf", () => {
  it("narrows each filter of any by its own namespaces", () => {
    const selections = kindSelectionsOf(
      { any: [{ resources: { kinds: ["Pod"], namespaces: ["a-*"] } }, { resources: { kinds: ["Job"] } }] },
      undefined,
    );
    assert.deepEqual(selections, [{ selector: pod, namespaces: ["a-*"] }, { selector: job }]);
  });

  it("takes kinds and namespaces of all from whichever filter names them", () => {
    const selections = kindSelectionsOf(
      { all: [{ resources: { namespaces: ["a"] } }, { resources: { kinds: ["Pod"] } }] },
      undefined,
    );
    assert.deepEqual(selections, [{ selector: pod, namespaces: ["a"] }]);
  });

  it("narrows everything of a namespaced policy to its namespace", () => {
    assert.deepEqual(kindSelectionsOf({ any: [{ resources: { kinds: ["Pod"] } }] }, "shop"), [
      { selector: pod, namespaces: ["shop"] },
    ]);
  });

  it("does not narrow kinds that may be Namespace, whose name the patterns are held against", () => {
    const selections = kindSelectionsOf(
      { any: [{ resources: { kinds: ["Namespace", "*"], namespaces: ["a"] } }] },
      undefined,
    );
    assert.ok(selections.every(({ namespaces }) => namespaces === undefined));
  });

  it("selects every kind where a filter names none", () => {
    const [selection] = kindSelectionsOf({ any: [{ resources: { names: ["x"] } }] }, undefined);
    assert.ok(selection !== undefined);
    assert.equal(selectsKind(selection, { group: "g", version: "v1", kind: "K" }, ""), true);
  });
});

describe("uniqueSelections", () => {
  it("keeps one of equal selections", () => {
    assert.equal(uniqueSelections([{ selector: pod }, { selector: parseKindSelector("Pod") }]).length, 1);
  });
});
