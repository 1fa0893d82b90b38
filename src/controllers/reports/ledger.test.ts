import assert from "node:assert/strict";
import { describe, it } from "node:test";
import * as fc from "fast-check";
import { Ledger, ledgerFlag } from "./ledger.ts";
import type { LedgerEntry } from "./ledger.ts";
import type { Verdict } from "./result-hash.ts";
import { SlotTable } from "./slot-table.ts";

const units = (count: number) =>
  fc
    .array(fc.nat(0xffff), { minLength: count, maxLength: count })
    .map((list) => String.fromCharCode(...list));

const entry: fc.Arbitrary<LedgerEntry> = fc.record(
  {
    resourceVersion: fc.oneof(fc.nat().map(String), fc.constant(""), fc.string({ unit: "grapheme" })),
    family: fc.record(
      { group: fc.constantFrom("", "apps"), kind: fc.constantFrom("Pod", "Deployment") },
      { noNullPrototype: true },
    ),
    namespace: fc.constantFrom("a", "b", "c"),
    ownerHash: units(2),
    flags: fc.nat(127),
  },
  { requiredKeys: ["resourceVersion", "family", "ownerHash", "flags"], noNullPrototype: true },
);

const verdicts: fc.Arbitrary<readonly Verdict[]> = fc.uniqueArray(
  fc.record(
    {
      policy: fc.record(
        { source: fc.constantFrom("kyverno", "x"), policy: fc.constantFrom("p", "q", "ns/p") },
        { noNullPrototype: true },
      ),
      hash: units(4),
      failing: fc.boolean(),
    },
    { noNullPrototype: true },
  ),
  { selector: ({ policy }) => `${policy.source} ${policy.policy}` },
);

const byPolicy = (list: readonly Verdict[]) =>
  list.toSorted((a, b) => JSON.stringify(a.policy).localeCompare(JSON.stringify(b.policy)));

describe("ledger", () => {
  it("gives back what was put in, whatever came and went before", () => {
    const step = fc.record(
      { uid: fc.constantFrom("u1", "u2", "u3"), entry, verdicts, drop: fc.boolean() },
      { noNullPrototype: true },
    );
    fc.assert(
      fc.property(fc.array(step), (steps) => {
        const ledger = new Ledger();
        const model = new Map<string, { entry: LedgerEntry; verdicts: readonly Verdict[] }>();
        for (const { uid, drop, ...known } of steps) {
          if (drop) {
            ledger.delete(uid);
            model.delete(uid);
          } else {
            ledger.set(uid, known.entry, known.verdicts);
            model.set(uid, known);
          }
        }
        assert.deepEqual([...ledger.uids()].toSorted(), [...model.keys()].toSorted());
        for (const [uid, known] of model) {
          assert.deepEqual(ledger.get(uid), known.entry);
          assert.deepEqual(byPolicy(ledger.verdicts(uid)), byPolicy(known.verdicts));
          for (const { policy, ...verdict } of known.verdicts) {
            assert.deepEqual(ledger.verdict(uid, policy), verdict);
          }
          assert.equal(ledger.isOf(uid, known.entry.family), true);
        }
      }),
    );
  });

  it("changes a version or flags and keeps the rest", () => {
    fc.assert(
      fc.property(entry, verdicts, fc.nat().map(String), (known, list, resourceVersion) => {
        const ledger = new Ledger();
        ledger.set("u1", known, list);
        ledger.update("u1", { resourceVersion, flags: ledgerFlag.marked });
        assert.deepEqual(ledger.get("u1"), { ...known, resourceVersion, flags: ledgerFlag.marked });
        assert.deepEqual(byPolicy(ledger.verdicts("u1")), byPolicy(list));
      }),
    );
  });

  it("knows nothing of what it was not told", () => {
    const ledger = new Ledger();
    ledger.update("u1", { flags: 1 });
    ledger.delete("u1");
    assert.equal(ledger.get("u1"), undefined);
    assert.equal(ledger.flags("u1"), 0);
    assert.deepEqual(ledger.verdicts("u1"), []);
    assert.equal(ledger.verdict("u1", { source: "kyverno", policy: "p" }), undefined);
    assert.equal(ledger.isOf("u1", { group: "", kind: "Pod" }), false);
  });
});

describe("slot table", () => {
  it("gives a number away again when its last user has let go", () => {
    const table = new SlotTable<string>((value) => value);
    const first = table.acquire("a");
    assert.equal(table.acquire("a"), first);
    table.release(first);
    assert.equal(table.find("a"), first);
    table.release(first);
    assert.equal(table.find("a"), undefined);
    assert.equal(table.acquire("b"), first);
    assert.equal(table.value(first), "b");
    assert.equal(table.size, 1);
  });
});
