import assert from "node:assert/strict";
import { test } from "node:test";
import type { AcceptedWrite } from "#test/faults/observe/audit-timeline.ts";
import { checkLease } from "#test/faults/observe/lease-check.ts";

const write = (user: string, resource: string, receivedMs: number, tookMs = 1): AcceptedWrite => ({
  user,
  verb: "update",
  resource,
  namespace: "n",
  name: "x",
  receivedMs,
  completedMs: receivedMs + tookMs,
});
const users = ["a", "b"];
const lease = { durationMs: 2_000, faultMs: 500 };

test("writes of whoever has the Lease are no violation, and those of others do not count", () => {
  const findings = checkLease(
    [
      write("a", "leases", 0),
      write("a", "policyreports", 10),
      write("admin", "policyreports", 5_000),
      write("b", "leases", 3_000),
      write("b", "policyreports", 3_100),
    ],
    users,
    lease,
  );
  assert.deepEqual(findings, { violations: [], takeovers: 1, takeoverMs: 1_101 });
});

test("a write that comes in after another one has the Lease is a violation", () => {
  const { violations } = checkLease(
    [
      write("a", "leases", 0),
      write("b", "leases", 3_000),
      // It came in before, and was only answered after.
      write("a", "policyreports", 2_999, 100),
      write("a", "policyreports", 3_002),
    ],
    users,
    lease,
  );
  assert.deepEqual(violations, ["a wrote (update policyreports n/x) 1 ms after b had the Lease"]);
});

test("a process that gets the Lease back may write again", () => {
  const findings = checkLease(
    [
      write("a", "leases", 0),
      write("b", "leases", 3_000),
      write("a", "leases", 6_000),
      write("a", "events", 6_100),
    ],
    users,
    lease,
  );
  assert.deepEqual(findings, { violations: [], takeovers: 2 });
});
