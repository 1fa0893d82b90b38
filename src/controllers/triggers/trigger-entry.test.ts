import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { KubeObject } from "#api/meta/object-meta.ts";
import type { Operation } from "#engine/input.ts";
import { entryFor } from "./make-entry.ts";
import { forRetry, mergeEntries } from "./trigger-entry.ts";
import type { TriggerEntry } from "./trigger-entry.ts";
import type { TriggerPlace } from "./trigger-feed.ts";
import type { TriggerRule } from "./trigger-rule.ts";

const object = (resourceVersion: string): KubeObject => ({
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { name: "a", uid: "u", resourceVersion },
});
const rule = (...operations: readonly Operation[]): TriggerRule =>
  ({ key: "P/p/r", operations: new Set(operations) }) as unknown as TriggerRule;
const place = { namespace: "shop", name: "a", uid: "u" } as TriggerPlace;
const all = rule("CREATE", "UPDATE", "DELETE");

const entry = (
  operation: Operation,
  more: Partial<TriggerEntry<TriggerRule>> = {},
): TriggerEntry<TriggerRule> => entryFor(more.rule ?? all, place, { cause: "watch", operation, ...more });
const short = ({ operation, object: state, oldObject, cause }: TriggerEntry<TriggerRule>) => ({
  operation,
  cause,
  version: state?.metadata.resourceVersion,
  old: oldObject?.metadata.resourceVersion,
});

describe("changes of one trigger before it is handled", () => {
  it("stay a creation, with the latest state", () => {
    const merged = mergeEntries(
      entry("CREATE", { object: object("1") }),
      entry("UPDATE", { object: object("2") }),
    );
    assert.deepEqual(short(merged), { operation: "CREATE", cause: "watch", version: "2", old: undefined });
  });

  it("are an update for a rule that cannot match creations", () => {
    const updates = rule("UPDATE");
    const merged = mergeEntries(
      entry("CREATE", { object: object("1"), rule: updates }),
      entry("UPDATE", { object: object("2"), rule: updates }),
    );
    assert.equal(merged.operation, "UPDATE");
  });

  it("keep the oldest old object", () => {
    const merged = mergeEntries(
      entry("UPDATE", { object: object("2"), oldObject: object("1") }),
      entry("UPDATE", { object: object("3"), oldObject: object("2") }),
    );
    assert.deepEqual(short(merged), { operation: "UPDATE", cause: "watch", version: "3", old: "1" });
  });

  it("end with a deletion, whatever came before or is told late", () => {
    const gone = entry("DELETE", { object: object("3") });
    assert.equal(mergeEntries(entry("CREATE"), gone).operation, "DELETE");
    assert.deepEqual(short(mergeEntries(gone, entry("UPDATE", { object: object("2") }))), {
      operation: "DELETE",
      cause: "watch",
      version: "3",
      old: undefined,
    });
  });

  it("are what they were when somebody only wants another look", () => {
    const merged = mergeEntries(
      entry("UPDATE", { object: object("2") }),
      entry("UPDATE", { cause: "revisit" }),
    );
    assert.deepEqual(short(merged), { operation: "UPDATE", cause: "watch", version: "2", old: undefined });
  });

  it("read the trigger again where the later change brings no state", () => {
    const merged = mergeEntries(
      entry("UPDATE", { object: object("2") }),
      entry("CREATE", { cause: "recovered" }),
    );
    assert.equal(merged.object, undefined);
  });

  it("hold what each of them held, and answer whoever asked", () => {
    const answered: string[] = [];
    const one = { release: () => {} };
    const other = { release: () => {} };
    const merged = mergeEntries(
      entry("UPDATE", { held: [one], isRetried: false, answers: [() => answered.push("a")] }),
      entry("UPDATE", { held: [other], answers: [() => answered.push("b")] }),
    );
    assert.deepEqual(merged.held, [one, other]);
    assert.equal(merged.isRetried, true);
    for (const answer of merged.answers) answer({ kind: "done", applied: true });
    assert.deepEqual(answered, ["a", "b"]);
  });
});

describe("an entry after a failure", () => {
  it("reads the trigger again, but keeps the last state of what is gone", () => {
    assert.equal(forRetry(entry("UPDATE", { object: object("2") })).object, undefined);
    assert.equal(forRetry(entry("DELETE", { object: object("2") })).object?.metadata.resourceVersion, "2");
  });
});
