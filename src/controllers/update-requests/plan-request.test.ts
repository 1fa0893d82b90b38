import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { decodeUpdateRequest } from "#api/kyverno/update-request.ts";
import { planRequest, ruleKeyOf } from "./plan-request.ts";
import { planStatus, planStep, retryDelayMs } from "./plan-transition.ts";

const planned = (spec: object) => {
  const decoded = decodeUpdateRequest({
    apiVersion: "kyverno.io/v2",
    kind: "UpdateRequest",
    metadata: { name: "ur-x", namespace: "kyverno" },
    spec: { rule: "", resource: {}, deleteDownstream: false, context: {}, ...spec },
  });
  assert.ok(decoded.ok, JSON.stringify(decoded));
  return planRequest(decoded.value);
};

const pod = { apiVersion: "v1", kind: "Pod", namespace: "shop", name: "web", uid: "u1" };
const admission = {
  uid: "r1",
  kind: { group: "apps", version: "v1", kind: "Deployment" },
  resource: { group: "apps", version: "v1", resource: "deployments" },
  name: "web",
  namespace: "shop",
  operation: "UPDATE",
  userInfo: { username: "ann", groups: ["devs"] },
  object: {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "web", namespace: "shop", uid: "u2" },
  },
  oldObject: { apiVersion: "apps/v1", kind: "Deployment", metadata: { name: "web", uid: "u2" } },
};

describe("what an UpdateRequest asks for", () => {
  test("a rule of a ClusterPolicy for a named trigger", () => {
    const plan = planned({ requestType: "mutate", policy: "p", rule: "r", resource: pod });
    assert.deepEqual(plan, {
      kind: "mutate",
      policyKey: "ClusterPolicy/p",
      work: [
        {
          rule: "r",
          trigger: { apiVersion: "v1", kind: "Pod", namespace: "shop", name: "web", uid: "u1" },
          wantsRemoval: false,
        },
      ],
      shared: {},
    });
    assert.equal(ruleKeyOf("ClusterPolicy/p", "r"), "ClusterPolicy/p/r");
    assert.equal(ruleKeyOf("Policy/shop/p", "r"), "Policy/shop/p/r");
  });

  test("several rules of a Policy, some to remove what they made", () => {
    const plan = planned({
      requestType: "generate",
      policy: "shop/p",
      ruleContext: [
        { rule: "a", trigger: pod, deleteDownstream: false },
        { rule: "b", trigger: { ...pod, name: "" }, deleteDownstream: true },
      ],
    });
    assert.ok(plan.kind !== "unusable");
    assert.equal(plan.policyKey, "Policy/shop/p");
    assert.deepEqual(
      plan.work.map(({ rule, trigger, wantsRemoval }) => [rule, trigger?.name, trigger?.uid, wantsRemoval]),
      [
        ["a", "web", "u1", false],
        ["b", "", "u1", true],
      ],
    );
  });

  test("a MutatingPolicy for the object of an admission request, with who made it", () => {
    const plan = planned({
      requestType: "cel-mutate",
      policy: "p",
      context: {
        admissionRequestInfo: { operation: "UPDATE", admissionRequest: admission },
        userInfo: { roles: null, clusterRoles: ["view"], userInfo: { username: "ann", groups: ["devs"] } },
      },
    });
    assert.ok(plan.kind !== "unusable");
    assert.equal(plan.policyKey, "MutatingPolicy/p");
    assert.deepEqual(plan.work, [
      {
        rule: "",
        trigger: { apiVersion: "apps/v1", kind: "Deployment", namespace: "shop", name: "web", uid: "u2" },
        wantsRemoval: false,
      },
    ]);
    assert.equal(plan.shared.operation, "UPDATE");
    assert.equal(plan.shared.oldObject?.metadata.uid, "u2");
    assert.deepEqual(plan.shared.user, {
      username: "ann",
      groups: ["devs"],
      roles: [],
      clusterRoles: ["view"],
    });
  });

  test("a MutatingPolicy as a whole, and a GeneratingPolicy whose rule is its key", () => {
    const whole = planned({ requestType: "cel-mutate", policy: "shop/p" });
    assert.ok(whole.kind !== "unusable");
    assert.equal(whole.policyKey, "NamespacedMutatingPolicy/shop/p");
    assert.deepEqual(whole.work, [{ rule: "", trigger: undefined, wantsRemoval: false }]);
    const generating = planned({
      requestType: "cel-generate",
      policy: "g",
      ruleContext: [{ rule: "g", trigger: pod, deleteDownstream: false }],
    });
    assert.ok(generating.kind !== "unusable");
    assert.equal(generating.policyKey, "GeneratingPolicy/g");
    assert.equal(generating.work[0]?.rule, "");
  });

  test("nothing, where it names no policy", () => {
    assert.equal(planned({ requestType: "mutate", policy: "" }).kind, "unusable");
  });
});

describe("the life of an UpdateRequest", () => {
  const rows: readonly (readonly [string, number, number, number | undefined, object])[] = [
    ["Pending", 0, 0, undefined, { kind: "run" }],
    ["Pending", 3, 0, 0, { kind: "run" }],
    ["", 0, 10_000, undefined, { kind: "wait", delayMs: 20_000 }],
    ["", 0, 30_000, undefined, { kind: "run" }],
    ["Completed", 0, 0, undefined, { kind: "delete" }],
    ["Failed", 1, 0, undefined, { kind: "rearm", delayMs: 1_000 }],
    ["Failed", 3, 0, 1_500, { kind: "rearm", delayMs: 2_500 }],
    ["Failed", 5, 0, undefined, { kind: "delete" }],
    ["Skip", 0, 0, undefined, { kind: "leave" }],
  ];
  for (const [state, retryCount, ageMs, sinceFailureMs, expected] of rows) {
    test(`${state === "" ? "no state" : state}, ${retryCount} failures: ${JSON.stringify(expected)}`, () =>
      assert.deepEqual(planStep({ state, retryCount }, { ageMs, sinceFailureMs }), expected));
  }

  test("fails five times, with growing pauses, and is given up with the last", () => {
    const outcome = { kind: "failed", message: "no" } as const;
    const ends = [0, 1, 2, 3, 4].map(
      (retryCount) => planStatus({ state: "Pending", retryCount }, outcome).isLast,
    );
    assert.deepEqual(ends, [false, false, false, false, true]);
    assert.deepEqual([1, 2, 3, 4].map(retryDelayMs), [1_000, 2_000, 4_000, 8_000]);
    assert.deepEqual(planStatus({ state: "Pending", retryCount: 1 }, outcome).status, {
      state: "Failed",
      message: "no",
      retryCount: 2,
    });
  });
});
