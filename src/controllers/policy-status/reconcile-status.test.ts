import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { KubeObject } from "#api/meta/object-meta.ts";
import type { ResourceType } from "#api/meta/resource-type.ts";
import { ApiError } from "#kube/client/api-error.ts";
import { createVirtualClock } from "#test/support/virtual-clock.ts";
import type { PolicyFindings } from "./plan-status.ts";
import { createReconcileStatus } from "./reconcile-status.ts";
import type { ReportedPolicy } from "./reconcile-status.ts";
import type { StatusOwnership } from "./status-owner.ts";

const type: ResourceType = {
  group: "kyverno.io",
  version: "v1",
  kind: "ClusterPolicy",
  resource: "clusterpolicies",
  namespaced: false,
  preferred: true,
  verbs: [],
};
const findings: PolicyFindings = {
  problems: [],
  refusals: [],
  unavailable: [],
  ruleCount: { validate: 1, mutate: 0, generate: 0, verifyimages: 0 },
  autogenRules: [],
};

/** An API server with one policy, whose status is what was applied last. */
function setUp(ownership: StatusOwnership = { kind: "ours", force: true }) {
  let status: unknown;
  let exists = true;
  let reported: ReportedPolicy | undefined = { type, name: "p", shape: "rules", findings };
  const applies: { readonly force: boolean; readonly reasons: readonly string[] }[] = [];
  const notFound = (): never => {
    throw new ApiError({ status: 404, reason: "NotFound", message: "p not found" });
  };
  const object = (): KubeObject => ({
    apiVersion: "kyverno.io/v1",
    kind: "ClusterPolicy",
    metadata: { name: "p", uid: "p", resourceVersion: "1" },
    status,
  });
  const reconcile = createReconcileStatus({
    client: {
      get: () => (exists ? Promise.resolve(object()) : Promise.resolve().then(notFound)),
      patch: (_type, _place, body, options) => {
        ({ status } = body as { status: unknown });
        const { conditions } = status as { conditions: readonly { type: string; reason: string }[] };
        const force = "force" in options && options.force;
        applies.push({ force, reasons: conditions.map(({ reason }) => reason) });
        return Promise.resolve(object());
      },
    },
    clock: createVirtualClock(),
    ownership: () => Promise.resolve(ownership),
    gather: () => reported,
  });
  return {
    applies,
    run: () => reconcile("ClusterPolicy/p", new AbortController().signal),
    find: (more: Partial<PolicyFindings>) => {
      reported = { type, name: "p", shape: "rules", findings: { ...findings, ...more } };
    },
    remove: () => {
      exists = false;
    },
    forget: () => {
      reported = undefined;
    },
  };
}

describe("writing the status of a policy", () => {
  it("follows a kind that cannot be read, and back", async () => {
    const { run, find, applies } = setUp();
    await run();
    find({ unavailable: ["v1 Pod: forbidden"] });
    await run();
    find({});
    await run();
    assert.deepEqual(
      applies.map(({ reasons }) => reasons[1]),
      ["Scanned", "KindUnavailable", "Scanned"],
    );
  });

  it("writes nothing that is stored already", async () => {
    const { run, applies } = setUp();
    await run();
    await run();
    assert.equal(applies.length, 1);
  });

  it("takes fields over only where Kyverno was not found", async () => {
    const forced = setUp({ kind: "ours", force: true });
    const unforced = setUp({ kind: "ours", force: false });
    await Promise.all([forced.run(), unforced.run()]);
    assert.deepEqual([forced.applies[0]?.force, unforced.applies[0]?.force], [true, false]);
  });

  it("leaves the status to whoever else writes it", async () => {
    const { run, applies } = setUp({ kind: "foreign", reason: "Kyverno runs" });
    await run();
    assert.deepEqual(applies, []);
  });

  it("is done with a policy that is gone", async () => {
    const gone = setUp();
    gone.remove();
    assert.deepEqual(await gone.run(), { kind: "done" });
    const forgotten = setUp();
    forgotten.forget();
    assert.deepEqual(await forgotten.run(), { kind: "done" });
    assert.deepEqual([gone.applies, forgotten.applies], [[], []]);
  });
});
