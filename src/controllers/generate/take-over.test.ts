import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { ManagedEntry } from "./downstream.ts";
import { planTakeOver } from "./take-over.ts";

const entry = (
  manager: string,
  operation: string,
  fieldsV1: object,
  more: Partial<ManagedEntry> = {},
): ManagedEntry => ({
  manager,
  operation,
  time: "2026-01-01T00:00:00Z",
  fieldsV1,
  ...more,
});
const fieldsOf = (patch: readonly object[] | undefined): unknown =>
  (patch?.[1] as { value: readonly ManagedEntry[] } | undefined)?.value.map(
    ({ manager, operation, fieldsV1 }) => [manager, operation, fieldsV1],
  );

describe("taking over what Kyverno wrote", () => {
  it("is nothing to do where everything is ours or somebody else's", () => {
    const entries = [entry("rearguard-generate", "Apply", { "f:data": {} }), entry("kubectl", "Update", {})];
    assert.equal(planTakeOver(entries, "7", "v1"), undefined);
  });

  it("hands fields of Kyverno's managers to our apply, and leaves those of others", () => {
    const patch = planTakeOver(
      [
        entry("background-controller", "Update", { "f:data": { "f:a": {} } }),
        entry("kyverno-generate", "Apply", { "f:data": { "f:b": {} } }),
        entry("kubectl", "Update", { "f:data": { "f:c": {} } }),
      ],
      "7",
      "v1",
    );
    assert.deepEqual(patch?.[0], { op: "test", path: "/metadata/resourceVersion", value: "7" });
    assert.deepEqual(fieldsOf(patch), [
      ["kubectl", "Update", { "f:data": { "f:c": {} } }],
      ["rearguard-generate", "Apply", { "f:data": { "f:a": {}, "f:b": {} } }],
    ]);
  });

  it("joins a plain write of ours with our apply, and leaves what was written to the status", () => {
    const status = entry("background-controller", "Update", { "f:status": {} }, { subresource: "status" });
    const patch = planTakeOver(
      [
        entry("rearguard-generate", "Update", { "f:data": { ".": {}, "f:a": {} } }),
        entry("rearguard-generate", "Apply", { "f:data": { "f:b": {} } }),
        status,
      ],
      "7",
      "v1",
    );
    assert.deepEqual(fieldsOf(patch), [
      ["background-controller", "Update", { "f:status": {} }],
      ["rearguard-generate", "Apply", { "f:data": { ".": {}, "f:a": {}, "f:b": {} } }],
    ]);
  });
});
