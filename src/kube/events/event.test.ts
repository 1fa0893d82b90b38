import assert from "node:assert/strict";
import { test } from "node:test";
import { buildEvent, cutNote, type EventContent } from "./event.ts";
import { exceptionEvents, successEvents, violationEvents } from "./scan-events.ts";

const policy = { apiVersion: "kyverno.io/v1", kind: "ClusterPolicy", name: "require-labels", uid: "p1" };
const resource = { apiVersion: "v1", kind: "Pod", namespace: "team-a", name: "web", uid: "u1" };
const moment = { nowMs: Date.UTC(2026, 0, 1), sequence: 7, hostName: "pod-1" };

const violation = violationEvents({
  policy,
  resource,
  rule: "check-team",
  status: "fail",
  message: "validation error: label team is required. rule check-team failed at path /metadata/labels/team/",
});

test("a violation is an Event on the resource and one on the policy", () => {
  assert.deepEqual(
    violation.map(({ regarding, related, note }) => [regarding.kind, related?.kind, note]),
    [
      [
        "Pod",
        undefined,
        "policy require-labels/check-team fail: validation error: label team is required. rule check-team failed at path /metadata/labels/team/",
      ],
      [
        "ClusterPolicy",
        "Pod",
        "Pod team-a/web: [check-team] fail; validation error: label team is required. rule check-team failed at path /metadata/labels/team/",
      ],
    ],
  );
});

test("a rule without a name has no brackets", () => {
  const [, onPolicy] = violationEvents({ policy, resource, rule: "", status: "fail", message: "no" });
  assert.equal(onPolicy?.note, "Pod team-a/web: fail; no");
});

test("the object is an Event of events.k8s.io/v1 with Kyverno's names", () => {
  const [content] = violation;
  assert.ok(content);
  const { namespace, body } = buildEvent(content, moment);
  assert.equal(namespace, "team-a");
  assert.deepEqual(body, {
    apiVersion: "events.k8s.io/v1",
    kind: "Event",
    metadata: { name: "web.18867251edfa0007", namespace: "team-a" },
    eventTime: "2026-01-01T00:00:00.000000Z",
    reportingController: "kyverno-scan",
    reportingInstance: "kyverno-scan-pod-1",
    action: "Resource Passed",
    reason: "PolicyViolation",
    regarding: resource,
    note: content.note,
    type: "Warning",
  });
});

test("Events on cluster-scoped objects live in default; names with colons become names of Events", () => {
  const regarding = {
    apiVersion: "rbac.authorization.k8s.io/v1",
    kind: "ClusterRole",
    name: "system:Node:x",
  };
  const content: EventContent = {
    controller: "kyverno-scan",
    regarding,
    reason: "PolicySkipped",
    action: "Resource Passed",
    note: "",
  };
  const { namespace, body } = buildEvent(content, moment);
  const { metadata, type } = body as { metadata: { name: string }; type: string };
  assert.equal(namespace, "default");
  assert.match(metadata.name, /^system-node-x\.[0-9a-f]+$/);
  assert.equal(type, "Normal");
});

test("the longest names still fit", () => {
  const content = { ...violation[0], regarding: { ...resource, name: "x".repeat(253) } } as EventContent;
  const { metadata } = buildEvent(content, moment).body as { metadata: { name: string } };
  assert.equal(metadata.name.length, 253);
});

const notes: readonly [string, string, string][] = [
  ["a note of 1024 bytes is kept", "x".repeat(1024), "x".repeat(1024)],
  ["a longer one is cut to 1024 bytes", "x".repeat(1025), `${"x".repeat(1021)}...`],
  ["characters are not cut in two", `${"x".repeat(1020)}€€`, `${"x".repeat(1020)}...`],
];

for (const [title, given, expected] of notes) {
  test(title, () => assert.equal(cutNote(given), expected));
}

test("a success and an exception say what Kyverno's say", () => {
  assert.equal(successEvents({ policy, resource, mutated: false })[0]?.note, "Pod team-a/web: pass");
  assert.equal(successEvents({ policy, resource, mutated: true })[0]?.action, "Resource Mutated");
  const exception = { apiVersion: "kyverno.io/v2", kind: "PolicyException", namespace: "team-a", name: "e1" };
  const [onException, onPolicy] = exceptionEvents({ policy, resource, rule: "r", exceptions: [exception] });
  assert.equal(onException?.note, "resource Pod/team-a/web was skipped from policy rule require-labels/r");
  assert.equal(
    onPolicy?.note,
    "resource Pod/team-a/web was skipped from rule r due to policy exceptions team-a/e1",
  );
});
