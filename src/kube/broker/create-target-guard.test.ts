import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { BrokerScope } from "#api/broker/broker-request.ts";
import { ApiError } from "#kube/client/api-error.ts";
import { createVirtualClock } from "#test/support/virtual-clock.ts";
import { createTargetGuard, TargetHeldBack, TargetRefused } from "./create-target-guard.ts";
import { refuseTarget } from "./target-rules.ts";
import type { TargetPlace } from "./target-rules.ts";

const type = (group: string, kind: string, namespaced = true): TargetPlace["type"] => ({
  group,
  version: "v1",
  kind,
  resource: `${kind.toLowerCase()}s`,
  namespaced,
});

const wide: BrokerScope = { policyKind: "ClusterPolicy", policyName: "p", rule: "r" };
const narrow: BrokerScope = { policyKind: "Policy", policyNamespace: "shop", policyName: "p", rule: "r" };
const configMap = type("", "ConfigMap");
const clusterRole = type("rbac.authorization.k8s.io", "ClusterRole", false);

describe("targets of policies", () => {
  const rows: readonly (readonly [string, TargetPlace, BrokerScope, RegExp | undefined])[] = [
    ["a ConfigMap", { type: configMap, namespace: "shop", name: "a" }, wide, undefined],
    ["all of a kind", { type: configMap, namespace: "" }, wide, undefined],
    ["its own namespace", { type: configMap, namespace: "shop" }, narrow, undefined],
    ["another namespace", { type: configMap, namespace: "bank" }, narrow, /namespace shop/],
    ["everywhere, for a namespaced policy", { type: configMap, namespace: "" }, narrow, /namespace shop/],
    ["a cluster-scoped kind", { type: clusterRole, namespace: "", name: "x" }, narrow, /namespace shop/],
    ["our namespace", { type: configMap, namespace: "kyverno", name: "a" }, wide, /namespace kyverno/],
    [
      "the Namespace itself",
      { type: type("", "Namespace", false), namespace: "", name: "kyverno" },
      wide,
      /closed/,
    ],
    [
      "another Namespace",
      { type: type("", "Namespace", false), namespace: "", name: "shop" },
      wide,
      undefined,
    ],
    [
      "a CRD",
      { type: type("apiextensions.k8s.io", "CustomResourceDefinition", false), namespace: "", name: "x" },
      wide,
      /definitions/,
    ],
    [
      "a report",
      { type: type("wgpolicyk8s.io", "PolicyReport"), namespace: "shop", name: "x" },
      wide,
      /controllers/,
    ],
    [
      "an UpdateRequest",
      { type: type("kyverno.io", "UpdateRequest"), namespace: "shop", name: "x" },
      wide,
      /controllers/,
    ],
    ["a policy", { type: type("kyverno.io", "Policy"), namespace: "shop", name: "x" }, wide, undefined],
    ["our role", { type: clusterRole, namespace: "", name: "rearguard-core" }, wide, /rights/],
    [
      "Kyverno's role",
      { type: clusterRole, namespace: "", name: "kyverno:background-controller" },
      wide,
      /rights/,
    ],
    ["another role", { type: clusterRole, namespace: "", name: "kyvernosaurus" }, wide, undefined],
    [
      "a stream",
      { type: type("", "Pod"), namespace: "shop", name: "x", subresource: "exec" },
      wide,
      /subresource/,
    ],
    [
      "a status",
      { type: type("", "Pod"), namespace: "shop", name: "x", subresource: "status" },
      wide,
      undefined,
    ],
  ];
  for (const [what, place, scope, expected] of rows) {
    test(`${expected === undefined ? "may" : "may not"} be ${what}`, () => {
      const refusal = refuseTarget(place, scope, "kyverno");
      if (expected === undefined) assert.equal(refusal, undefined);
      else assert.match(refusal ?? "", expected);
    });
  }
});

describe("the guard of targets", () => {
  const forbidden = new ApiError({ status: 403, reason: "Forbidden", message: "no" });
  const place: TargetPlace = { type: configMap, namespace: "shop", name: "a" };

  const guarded = (allowed: boolean) => {
    const clock = createVirtualClock();
    const reviews: unknown[] = [];
    const guard = createTargetGuard({
      purpose: "mutate-existing",
      client: {
        review: (_path, body) => {
          reviews.push(body);
          return Promise.resolve({ status: { allowed } });
        },
      },
      ownNamespace: "kyverno",
      clock,
      random: () => 0,
      log: { debug() {}, info() {}, warn() {}, error() {} } as never,
      onCall: () => {},
    });
    return { guard, clock, reviews };
  };

  test("never makes a call to what is closed", async () => {
    const { guard } = guarded(true);
    let calls = 0;
    await assert.rejects(
      guard.run("update", { ...place, namespace: "kyverno" }, wide, () => Promise.resolve(++calls)),
      TargetRefused,
    );
    assert.equal(calls, 0);
  });

  test("holds back what is forbidden for good, for that rule, verb, kind and namespace alone", async () => {
    const { guard, clock } = guarded(false);
    const refuse = () => Promise.reject(forbidden);
    await assert.rejects(guard.run("update", place, wide, refuse), ApiError);
    await assert.rejects(guard.run("update", { ...place, name: "b" }, wide, refuse), TargetHeldBack);
    const works = () => Promise.resolve("done");
    assert.equal(await guard.run("get", place, wide, works), "done");
    assert.equal(await guard.run("update", { ...place, namespace: "bank" }, wide, works), "done");
    assert.equal(await guard.run("update", place, { ...wide, rule: "other" }, works), "done");
    await clock.advance(5_000);
    assert.equal(await guard.run("update", place, wide, works), "done");
    assert.equal(guard.openBreakers(), 0);
  });

  test("a refusal that is no matter of rights stays with its object", async () => {
    const { guard, reviews } = guarded(true);
    await assert.rejects(
      guard.run("update", place, wide, () => Promise.reject(forbidden)),
      ApiError,
    );
    assert.equal(reviews.length, 1);
    assert.equal(await guard.run("update", place, wide, () => Promise.resolve(1)), 1);
  });

  test("goes on at once when rights have changed", async () => {
    const { guard } = guarded(false);
    await assert.rejects(guard.run("update", place, wide, () => Promise.reject(forbidden)));
    assert.equal(guard.retryForbidden(), true);
    assert.equal(guard.retryForbidden(), false);
    assert.equal(await guard.run("update", place, wide, () => Promise.resolve(1)), 1);
  });
});
