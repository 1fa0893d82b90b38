import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { ResourceType } from "#api/meta/resource-type.ts";
import { ApiError, TransportError, WriteFenced } from "#kube/client/api-error.ts";
import type { KubeClient } from "#kube/client/kube-client.ts";
import { createKubeReportStore } from "./kube-report-store.ts";
import { mayBeWritten } from "./report-store.ts";

const typeOf = (kind: string, namespaced: boolean): ResourceType => ({
  group: "wgpolicyk8s.io",
  version: "v1alpha2",
  kind,
  resource: `${kind.toLowerCase()}s`,
  namespaced,
  verbs: ["get"],
  preferred: true,
});
const types = { namespaced: typeOf("PolicyReport", true), cluster: typeOf("ClusterPolicyReport", false) };
const place = { namespace: "shop", name: "u1" };

interface Call {
  readonly type: ResourceType;
  readonly args: readonly unknown[];
}

/** A client whose every request is answered in one way. */
function storeThat(answer: () => unknown) {
  const calls: Call[] = [];
  const method = (type: ResourceType, ...args: unknown[]): Promise<unknown> => {
    calls.push({ type, args });
    return Promise.resolve().then(answer);
  };
  const client = { get: method, create: method, update: method, delete: method } as unknown as KubeClient;
  return { calls, store: createKubeReportStore({ client, types }) };
}

const failing = (
  status: number,
  reason: string,
  details: ConstructorParameters<typeof ApiError>[0]["details"],
) =>
  storeThat(() => {
    throw new ApiError({ status, reason, message: reason, ...(details === undefined ? {} : { details }) });
  }).store;

const written = { metadata: { name: "u1", uid: "r1", resourceVersion: "8" } };
const terminating = { causes: [{ reason: "NamespaceTerminating", message: "", field: "" }] };

describe("reports at the API server", () => {
  it("are namespaced or cluster-scoped by their place", async () => {
    const { store, calls } = storeThat(() => written);
    await store.get(place);
    await store.get({ name: "u1" });
    assert.deepEqual(
      calls.map(({ type, args }) => [type.kind, args[0]]),
      [
        ["PolicyReport", place],
        ["ClusterPolicyReport", { name: "u1" }],
      ],
    );
  });

  it("give the resourceVersion that a write made", async () => {
    const { store } = storeThat(() => written);
    assert.deepEqual(await store.create(place, {}), { kind: "written", resourceVersion: "8" });
    assert.deepEqual(await store.replace(place, {}), { kind: "written", resourceVersion: "8" });
  });

  it("are removed with preconditions", async () => {
    const { store, calls } = storeThat(() => undefined);
    assert.equal(await store.remove(place, { uid: "r1", resourceVersion: "8" }), "removed");
    assert.deepEqual(calls[0]?.args[1], { uid: "r1", resourceVersion: "8" });
  });

  const outcomes: readonly (readonly [string, number, string, object | undefined, string, unknown])[] = [
    ["a taken name", 409, "AlreadyExists", undefined, "create", { kind: "exists" }],
    ["a terminating namespace", 403, "Forbidden", terminating, "create", { kind: "namespace-gone" }],
    [
      "no namespace",
      404,
      "NotFound",
      { kind: "namespaces", causes: [] },
      "create",
      { kind: "namespace-gone" },
    ],
    ["a change by others", 409, "Conflict", undefined, "replace", { kind: "conflict" }],
    ["no report", 404, "NotFound", undefined, "replace", { kind: "missing" }],
    ["a change by others", 409, "Conflict", undefined, "remove", "conflict"],
    ["no report", 404, "NotFound", undefined, "remove", "missing"],
    ["no report", 404, "NotFound", undefined, "get", undefined],
  ];
  for (const [what, status, reason, details, verb, outcome] of outcomes) {
    it(`answer ${verb} with a value for ${what}`, async () => {
      const store = failing(status, reason, details as Parameters<typeof failing>[2]);
      const calls: Readonly<Record<string, () => Promise<unknown>>> = {
        create: () => store.create(place, {}),
        replace: () => store.replace(place, {}),
        remove: () => store.remove(place, { resourceVersion: "1" }),
        get: () => store.get(place),
      };
      assert.deepEqual(await calls[verb]?.(), outcome);
    });
  }

  it("let everything else through: no rights, a kind that is not served", async () => {
    await assert.rejects(failing(403, "Forbidden", undefined).create(place, {}), ApiError);
    await assert.rejects(failing(404, "", undefined).create(place, {}), ApiError);
    await assert.rejects(failing(503, "", undefined).replace(place, {}), ApiError);
    await assert.rejects(failing(403, "Forbidden", undefined).get(place), ApiError);
  });
});

describe("mayBeWritten", () => {
  const cases: readonly (readonly [Error, boolean])[] = [
    [new WriteFenced(), false],
    [new ApiError({ status: 403, reason: "Forbidden", message: "" }), false],
    [new ApiError({ status: 504, reason: "Timeout", message: "" }), true],
    [new TransportError("connect", ""), false],
    [new TransportError("timeout", ""), true],
    [new TransportError("reset", ""), true],
    [new Error("unforeseen"), true],
  ];
  for (const [error, expected] of cases) {
    it(`is ${expected} after ${error.name} ${error instanceof TransportError ? error.kind : ""}`, () => {
      assert.equal(mayBeWritten(error), expected);
    });
  }
});
