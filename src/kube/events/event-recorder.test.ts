import assert from "node:assert/strict";
import { test } from "node:test";
import type { KubeObject } from "#api/meta/object-meta.ts";
import { silentLogger } from "#telemetry/logger.ts";
import { createVirtualClock } from "#test/support/virtual-clock.ts";
import { ApiError, TransportError } from "../client/api-error.ts";
import { createEventBudget } from "./event-budget.ts";
import { createEventRecorder, type EventOutcome, type EventSettings } from "./event-recorder.ts";
import { successEvents, violationEvents } from "./scan-events.ts";

const policy = { apiVersion: "kyverno.io/v1", kind: "ClusterPolicy", name: "p", uid: "p1" };
const pod = (name: string, namespace = "team-a") => ({
  apiVersion: "v1",
  kind: "Pod",
  namespace,
  name,
  uid: name,
});

const settings: EventSettings = {
  omitEvents: [],
  generateSuccessEvents: false,
  successEventActions: [],
  maxQueuedEvents: 1_000,
};

function build(given: Partial<EventSettings> = {}) {
  const clock = createVirtualClock();
  const sent: { note: string; regarding: { kind: string } }[] = [];
  const outcomes: EventOutcome[] = [];
  const errors: Error[] = [];
  let hold: Promise<void> | undefined;
  const recorder = createEventRecorder({
    client: {
      async create(_type, _namespace, body) {
        await hold;
        const error = errors.shift();
        if (error !== undefined) throw error;
        sent.push(body as (typeof sent)[number]);
        return body as unknown as KubeObject;
      },
    },
    settings: () => ({ ...settings, ...given }),
    hostName: "pod-1",
    clock,
    log: silentLogger,
    onOutcome: (outcome) => outcomes.push(outcome),
  });
  const violate = (name: string, namespace = "team-a"): void =>
    recorder.record({
      policy,
      namespace,
      events: violationEvents({
        policy,
        resource: pod(name, namespace),
        rule: "r",
        status: "fail",
        message: "no",
      }),
    });
  const succeed = (mutated: boolean): void =>
    recorder.record({
      policy,
      namespace: "team-a",
      events: successEvents({ policy, resource: pod("a"), mutated }),
    });
  return {
    clock,
    recorder,
    sent,
    outcomes,
    errors,
    violate,
    succeed,
    holdUntil: (promise: Promise<void>) => {
      hold = promise;
    },
  };
}

test("a violation is sent at once", async () => {
  const { recorder, sent, violate } = build();
  violate("a");
  await recorder.idle();
  assert.deepEqual(
    sent.map(({ regarding }) => regarding.kind),
    ["Pod", "ClusterPolicy"],
  );
});

test("ten a minute for a policy and namespace, the rest in one Event on the policy", async () => {
  const { clock, recorder, sent, outcomes, violate } = build();
  for (let at = 0; at < 50; at++) violate(`a-${at}`);
  violate("b", "team-b");
  await recorder.idle();
  assert.equal(sent.length, 22);
  assert.equal(outcomes.filter((outcome) => outcome === "summarised").length, 80);
  await clock.advance(60_000);
  await recorder.idle();
  assert.deepEqual(
    sent.slice(22).map(({ note, regarding }) => [regarding.kind, note]),
    [
      [
        "ClusterPolicy",
        "40 more violations (namespaces: team-a) without an event of their own; the policy reports list them all",
      ],
    ],
  );
  violate("c");
  await recorder.idle();
  assert.equal(sent.length, 25);
});

test("the filters are Kyverno's: reasons, successes, actions of successes", async () => {
  const omitting = build({ omitEvents: ["PolicyViolation"] });
  omitting.violate("a");
  await omitting.recorder.idle();
  assert.deepEqual(omitting.sent, []);

  const silent = build();
  silent.succeed(false);
  await silent.recorder.idle();
  assert.deepEqual(silent.sent, []);

  const chosen = build({ generateSuccessEvents: true, successEventActions: ["Resource Mutated"] });
  chosen.succeed(false);
  chosen.succeed(true);
  await chosen.recorder.idle();
  assert.equal(chosen.sent.length, 1);
});

test("a full queue drops and counts, and none at all means no Events", async () => {
  const { recorder, outcomes, violate, holdUntil } = build({ maxQueuedEvents: 2 });
  const gate = Promise.withResolvers<void>();
  holdUntil(gate.promise);
  for (let at = 0; at < 5; at++) violate(`a-${at}`);
  gate.resolve();
  await recorder.idle();
  assert.equal(outcomes.filter((outcome) => outcome === "sent").length, 6);
  assert.equal(outcomes.filter((outcome) => outcome === "dropped").length, 4);

  const off = build({ maxQueuedEvents: 0 });
  off.violate("a");
  await off.recorder.idle();
  assert.deepEqual([off.sent, off.outcomes], [[], []]);
});

const error = (status: number, reason: string, cause?: string): ApiError =>
  new ApiError({
    status,
    reason,
    message: reason,
    details: { causes: cause === undefined ? [] : [{ reason: cause, message: "", field: "" }] },
  });

const answers: readonly [string, readonly Error[], EventOutcome, number][] = [
  ["a namespace that is gone is done", [error(404, "NotFound")], "gone", 0],
  ["a namespace on its way out is done", [error(403, "Forbidden", "NamespaceTerminating")], "gone", 0],
  [
    "an Event that exists already was sent by a try whose answer was lost",
    [error(409, "AlreadyExists")],
    "sent",
    0,
  ],
  ["forbidden is dropped at once", [error(403, "Forbidden")], "dropped", 0],
  [
    "a server that is away is tried again",
    [new TransportError("connect", "refused"), error(503, "Unavailable")],
    "sent",
    1,
  ],
  ["but not for ever", [error(503, "x"), error(503, "x"), error(503, "x")], "dropped", 0],
];

for (const [title, failures, outcome, sentCount] of answers) {
  test(title, async () => {
    const { clock, recorder, errors, outcomes, sent } = build({ generateSuccessEvents: true });
    errors.push(...failures);
    recorder.record({
      policy,
      namespace: "team-a",
      events: successEvents({ policy, resource: pod("a"), mutated: false }),
    });
    await clock.advance(10_000);
    assert.deepEqual(outcomes, [outcome]);
    assert.equal(sent.length, sentCount);
  });
}

test("after stop nothing is accepted and no timer is left", async () => {
  const { clock, recorder, sent, violate } = build();
  for (let at = 0; at < 11; at++) violate(`a-${at}`);
  await recorder.stop();
  const before = sent.length;
  violate("late");
  await recorder.idle();
  assert.equal(sent.length, before);
  assert.equal(clock.pendingTimers(), 0);
});

test("budgets come back with time, and keys beyond the limit have none while all are in use", () => {
  let nowMs = 0;
  const budget = createEventBudget({ size: 2, periodMs: 60_000, maxKeys: 2, monotonicMs: () => nowMs });
  assert.deepEqual([budget.spend("a"), budget.spend("a"), budget.spend("a")], [true, true, false]);
  assert.equal(budget.spend("b"), true);
  assert.equal(budget.spend("c"), false);
  nowMs += 30_000;
  assert.deepEqual([budget.spend("a"), budget.spend("a")], [true, false]);
  nowMs += 120_000;
  assert.equal(budget.spend("c"), true);
});
