import assert from "node:assert/strict";
import { test } from "node:test";
import { durationText } from "./age.ts";
import { customPrinter } from "./custom-printer.ts";
import { compileJsonPath } from "./json-path.ts";
import { printerOf } from "./printers.ts";

const second = 1000;
const ages: readonly (readonly [number, string])[] = [
  [0, "0s"],
  [119, "119s"],
  [120, "2m"],
  [200, "3m20s"],
  [600, "10m"],
  [3 * 3600, "3h"],
  [3 * 3600 + 61, "3h1m"],
  [47 * 3600, "47h"],
  [48 * 3600, "2d"],
  [52 * 3600, "2d4h"],
  [400 * 86_400, "400d"],
  [800 * 86_400, "2y70d"],
];

for (const [seconds, wanted] of ages) {
  test(`${seconds} seconds are shown as ${wanted}`, () => {
    assert.equal(durationText(seconds * second), wanted);
  });
}

const object = {
  metadata: {
    name: "a",
    labels: { "audit.kyverno.io/source": "scan" },
    creationTimestamp: "2026-01-01T00:00:00Z",
  },
  status: {
    conditions: [
      { type: "Ready", status: "True" },
      { type: "Late", status: "False" },
    ],
    list: [1, 2],
  },
};
const paths: readonly (readonly [string, readonly unknown[]])[] = [
  [".metadata.name", ["a"]],
  [String.raw`.metadata.labels['audit\.kyverno\.io/source']`, ["scan"]],
  [String.raw`.metadata.labels.audit\.kyverno\.io/source`, ["scan"]],
  ['.status.conditions[?(@.type=="Ready")].status', ["True"]],
  ["{.status.list[1]}", [2]],
  [".status.list[*]", [1, 2]],
  [".status.list[-1]", [2]],
  [".nothing.here", []],
  [".constructor", []],
  [".[[", []],
];

for (const [path, wanted] of paths) {
  test(`the path ${path} finds ${JSON.stringify(wanted)}`, () => {
    assert.deepEqual(compileJsonPath(path)(object), wanted);
  });
}

test("a column shows only values of its own type", () => {
  const columns = [
    { name: "N", type: "integer", jsonPath: ".status.list[0]" },
    { name: "Wrong", type: "integer", jsonPath: ".metadata.name" },
    { name: "Age", type: "date", jsonPath: ".metadata.creationTimestamp" },
    { name: "None", type: "string", jsonPath: ".nothing" },
  ];
  const now = Date.parse("2026-01-01T00:00:05Z");
  assert.deepEqual(customPrinter(columns).cells(object, now), ["a", 1, null, "5s", null]);
});

test("the status of a pod follows from its containers", () => {
  const cell = (status: object, metadata: object = {}): unknown =>
    printerOf("Pod").cells(
      { metadata: { name: "p", ...metadata }, spec: { containers: [{}] }, status },
      0,
    )[2];
  const waiting = { state: { waiting: { reason: "CrashLoopBackOff" } } };
  assert.equal(cell({ phase: "Pending" }), "Pending");
  assert.equal(cell({ phase: "Running", containerStatuses: [waiting] }), "CrashLoopBackOff");
  assert.equal(
    cell({ phase: "Running", containerStatuses: [{ state: { terminated: { exitCode: 3 } } }] }),
    "ExitCode:3",
  );
  assert.equal(cell({ phase: "Running" }, { deletionTimestamp: "2026-01-01T00:00:00Z" }), "Terminating");
});
