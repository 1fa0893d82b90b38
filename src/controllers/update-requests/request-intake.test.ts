import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { KubeObject } from "#api/meta/object-meta.ts";
import type { ResourceType } from "#api/meta/resource-type.ts";
import type { TriggerAnswer, TriggerRequest } from "#controllers/triggers/trigger-event.ts";
import { ApiError } from "#kube/client/api-error.ts";
import type { SourceHandlers } from "#kube/list-watch/source.ts";
import { createVirtualClock } from "#test/support/virtual-clock.ts";
import { createRequestIntake } from "./request-intake.ts";

const type: ResourceType = {
  group: "kyverno.io",
  version: "v2",
  kind: "UpdateRequest",
  resource: "updaterequests",
  namespaced: true,
  preferred: true,
  verbs: ["get", "list", "watch"],
};

const requestOf = (name: string, status: object | undefined, spec: object = {}): KubeObject => ({
  apiVersion: "kyverno.io/v2",
  kind: "UpdateRequest",
  metadata: {
    name,
    namespace: "kyverno",
    uid: `uid-${name}`,
    resourceVersion: "1",
    creationTimestamp: "2026-01-01T00:00:00Z",
  },
  spec: {
    requestType: "mutate",
    policy: "p",
    rule: "r",
    deleteDownstream: false,
    resource: { apiVersion: "v1", kind: "Pod", namespace: "shop", name: "web" },
    context: {},
    ...spec,
  },
  ...(status === undefined ? {} : { status }),
});

/** An intake over requests in memory; each write is an event, as on a server. */
const started = (initial: readonly KubeObject[], answer: (request: TriggerRequest) => TriggerAnswer) => {
  const clock = createVirtualClock();
  const stored = new Map(initial.map((object) => [object.metadata.name, object]));
  const states: string[] = [];
  const outcomes: string[] = [];
  const asked: TriggerRequest[] = [];
  const givenUp: string[] = [];
  let ready = true;
  let handlers: SourceHandlers | undefined;
  const missing = new ApiError({ status: 404, reason: "NotFound", message: "not found" });
  const intake = createRequestIntake({
    client: {
      get(_type, { name }) {
        const found = stored.get(name);
        return found === undefined ? Promise.reject(missing) : Promise.resolve(found);
      },
      async patch(_type, { name }, body) {
        const found = stored.get(name);
        if (found === undefined) throw missing;
        const { status } = body as { readonly status: { readonly state: string } };
        states.push(`${name} ${status.state}`);
        const changed = { ...found, status: { ...(found["status"] as object | undefined), ...status } };
        stored.set(name, changed);
        await handlers?.onEvent("MODIFIED", changed, 1);
        return changed;
      },
      delete(_type, { name }) {
        stored.delete(name);
        states.push(`${name} deleted`);
        return Promise.resolve(undefined);
      },
    },
    openSource: (selection, given) => {
      handlers = given;
      void given.onPage(initial, { epoch: 1, superseded: () => false });
      return {
        selection,
        state: () => ({ kind: "live" }),
        relist: () => {},
        stop: () => Promise.resolve(),
      };
    },
    types: () => [type],
    namespace: "kyverno",
    workers: {
      mutate: {
        rulesOf: (policyKey) => (policyKey === "ClusterPolicy/p" ? ["r", "s"] : undefined),
        submit: (request) => {
          asked.push(request);
          return Promise.resolve(answer(request));
        },
        isReady: () => ready,
      },
    },
    concurrency: 2,
    onOutcome: (kind, outcome) => outcomes.push(`${kind} ${outcome}`),
    onGivenUp: ({ metadata }) => givenUp.push(metadata.name),
    clock,
    random: () => 0,
    log: { debug() {}, info() {}, warn() {}, error() {} } as never,
    signal: new AbortController().signal,
  });
  return {
    clock,
    stored,
    states,
    outcomes,
    asked,
    givenUp,
    intake,
    setReady: (is: boolean) => {
      ready = is;
    },
  };
};

const messageOf = (request: KubeObject | undefined): string => {
  const { message = "" } = (request?.["status"] ?? {}) as { readonly message?: string };
  return message;
};

const doneAnswer = (): TriggerAnswer => ({ kind: "done", applied: true });

describe("the intake of UpdateRequests", () => {
  test("carries out what is pending, says so, and deletes it", async () => {
    const { clock, states, asked, outcomes, intake } = started(
      [requestOf("ur", { state: "Pending" })],
      doneAnswer,
    );
    await clock.advance(10);
    assert.deepEqual(states, ["ur Completed", "ur deleted"]);
    assert.deepEqual(
      asked.map(({ ruleKey, trigger }) => [ruleKey, trigger.name]),
      [["ClusterPolicy/p/r", "web"]],
    );
    assert.deepEqual(outcomes, ["mutate completed"]);
    await intake.stop();
  });

  test("takes a request without a rule for all rules, and one of an unknown policy for done", async () => {
    const { clock, states, asked, intake } = started(
      [
        requestOf("all", { state: "Pending" }, { rule: "" }),
        requestOf("absent", { state: "Pending" }, { policy: "q" }),
      ],
      doneAnswer,
    );
    await clock.advance(10);
    assert.deepEqual(
      asked.map(({ ruleKey }) => ruleKey),
      ["ClusterPolicy/p/r", "ClusterPolicy/p/s"],
    );
    assert.ok(states.includes("absent deleted"));
    await intake.stop();
  });

  test("tries again after one, two, four and eight seconds, and gives up with an event", async () => {
    const { clock, states, outcomes, givenUp, intake, stored } = started(
      [requestOf("ur", { state: "Pending" })],
      () => ({ kind: "no-trigger", message: "not there" }),
    );
    await clock.advance(900);
    assert.deepEqual(states, ["ur Failed"]);
    assert.equal(messageOf(stored.get("ur")), "r: not there");
    await clock.advance(15_000);
    assert.deepEqual(states.slice(0, 3), ["ur Failed", "ur Pending", "ur Failed"]);
    assert.equal(states.filter((state) => state === "ur Failed").length, 5);
    assert.equal(states.at(-1), "ur deleted");
    assert.equal(outcomes.at(-1), "mutate given-up");
    assert.deepEqual(givenUp, ["ur"]);
    await intake.stop();
  });

  test("adopts a request without a state after thirty seconds, and leaves states that it does not know", async () => {
    const { clock, states, intake } = started(
      [requestOf("young", undefined), requestOf("skipped", { state: "Skip" })],
      doneAnswer,
    );
    await clock.advance(29_000);
    assert.deepEqual(states, []);
    await clock.advance(2_000);
    assert.deepEqual(states, ["young Completed", "young deleted"]);
    await intake.stop();
  });

  test("waits until all policies are known, and leaves work that is done elsewhere", async () => {
    const { clock, states, intake, setReady } = started(
      [
        requestOf("ur", { state: "Pending" }),
        requestOf("generate", { state: "Pending" }, { requestType: "generate", ruleContext: [] }),
      ],
      doneAnswer,
    );
    setReady(false);
    await clock.advance(5_000);
    assert.equal(states.length, 0);
    setReady(true);
    await clock.advance(1_000);
    assert.deepEqual(states, ["ur Completed", "ur deleted"]);
    await intake.stop();
  });

  test("fails what cannot be read", async () => {
    const { clock, states, stored, intake } = started(
      [requestOf("ur", { state: "Pending" }, { ruleContext: "none" })],
      doneAnswer,
    );
    await clock.advance(10);
    assert.deepEqual(states, ["ur Failed"]);
    assert.match(messageOf(stored.get("ur")), /cannot be read/);
    await intake.stop();
  });
});
