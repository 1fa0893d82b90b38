import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { ContextAnswer, ContextRequest, PermissionScope } from "#engine/context/context-source.ts";
import { createContextEpoch } from "./context-epoch.ts";
import { createInputVersions } from "./input-versions.ts";

const scope: PermissionScope = { policyKind: "ClusterPolicy", policyName: "p" };
const teams: ContextRequest = { kind: "configMap", namespace: "shop", name: "teams" };
const api = (path: string): ContextRequest => ({ kind: "apiCall", method: "GET", urlPath: path });
const value = (text: string): ContextAnswer => ({ kind: "value", value: text });

function setUp(limits: { maxEntries?: number; maxBytes?: number } = {}) {
  const loads: { readonly text: string; answer(text: string): void; fail(error: Error): void }[] = [];
  const inputs = createInputVersions();
  const epoch = createContextEpoch({
    load: (request, { policyName }) =>
      new Promise((resolve, reject) => {
        const what = request.kind === "apiCall" ? request.urlPath : request.kind;
        loads.push({
          text: `${what} for ${policyName}`,
          answer: (text) => resolve(value(text)),
          fail: reject,
        });
      }),
    globals: {
      lookUp: ({ entry }) => ({ kind: "failed", message: `no ${entry}` }),
      settle: () => Promise.resolve(),
    },
    inputs,
    maxEntries: 100,
    maxBytes: 1_000_000,
    ...limits,
  });
  const load = (index: number) => {
    const found = loads[index];
    assert.ok(found);
    return found;
  };
  /** Asks, and answers the load that follows. */
  const fill = async (request: ContextRequest, text: string): Promise<void> => {
    const settled = epoch.settle([request], scope);
    loads.at(-1)?.answer(text);
    await settled;
  };
  return { epoch, inputs, loads, load, fill };
}

describe("an epoch of external data", () => {
  it("loads once what many ask for", async () => {
    const { epoch, loads, load } = setUp();
    assert.deepEqual(epoch.lookUp(teams, scope), { kind: "pending" });
    const settled = Promise.all([epoch.settle([teams], scope), epoch.settle([teams, teams], scope)]);
    load(0).answer("red");
    await settled;
    assert.equal(loads.length, 1);
    assert.deepEqual(epoch.lookUp(teams, scope), value("red"));
  });

  it("never answers a policy with what another one was allowed to read", async () => {
    const { epoch, loads, fill } = setUp();
    await fill(teams, "red");
    const other: PermissionScope = { policyKind: "Policy", policyNamespace: "shop", policyName: "p" };
    assert.deepEqual(epoch.lookUp(teams, other), { kind: "pending" });
    void epoch.settle([teams], other);
    assert.equal(loads.length, 2);
  });

  it("makes a failure an answer", async () => {
    const { epoch, load } = setUp();
    const settled = epoch.settle([teams], scope);
    load(0).fail(new Error("boom"));
    await settled;
    assert.deepEqual(epoch.lookUp(teams, scope), { kind: "failed", message: "Error: boom" });
  });

  it("forgets an answer when its input changed, and only that", async () => {
    const { epoch, inputs, fill } = setUp();
    const other: ContextRequest = { ...teams, name: "other" };
    await fill(teams, "red");
    await fill(other, "1");
    inputs.changed({ namespace: "shop", name: "teams" });
    assert.deepEqual(epoch.lookUp(teams, scope), { kind: "pending" });
    assert.deepEqual(epoch.lookUp(other, scope), value("1"));
  });

  it("does not keep what was read before the input changed, although it arrives later", async () => {
    const { epoch, inputs, load, loads } = setUp();
    const first = epoch.settle([teams], scope);
    inputs.changed({ namespace: "shop", name: "teams" });
    const second = epoch.settle([teams], scope);
    assert.equal(loads.length, 2);
    load(1).answer("new");
    await second;
    load(0).answer("old");
    await first;
    assert.deepEqual(epoch.lookUp(teams, scope), value("new"));
  });

  it("asks again where the input changed on the way and nobody asked since", async () => {
    const { epoch, inputs, load } = setUp();
    const first = epoch.settle([teams], scope);
    inputs.changed({ namespace: "shop", name: "teams" });
    load(0).answer("old");
    await first;
    assert.deepEqual(epoch.lookUp(teams, scope), { kind: "pending" });
  });

  it("keeps a bounded number of answers, the newest ones", async () => {
    const { epoch, fill } = setUp({ maxEntries: 2 });
    for (const path of ["/1", "/2", "/3"]) await fill(api(path), path);
    const kinds = ["/1", "/2", "/3"].map((path) => epoch.lookUp(api(path), scope).kind);
    assert.deepEqual(kinds, ["pending", "value", "value"]);
  });

  it("keeps a bounded number of bytes, and the newest answer whatever its size", async () => {
    const { epoch, fill } = setUp({ maxBytes: 1_000 });
    await fill(api("/1"), "x".repeat(500));
    await fill(api("/2"), "x".repeat(5_000));
    assert.deepEqual(
      ["/1", "/2"].map((path) => epoch.lookUp(api(path), scope).kind),
      ["pending", "value"],
    );
    await fill(api("/3"), "x");
    assert.equal(epoch.lookUp(api("/2"), scope).kind, "pending");
  });

  it("still tells changes apart when very many inputs changed", async () => {
    const { epoch, inputs, fill } = setUp();
    inputs.changed({ namespace: "shop", name: "teams" });
    await fill(teams, "red");
    for (let index = 0; index < 1_500; index += 1) inputs.changed({ namespace: "shop", name: `c${index}` });
    assert.deepEqual(epoch.lookUp(teams, scope), { kind: "pending" });
    await fill(teams, "blue");
    assert.deepEqual(epoch.lookUp(teams, scope), value("blue"));
  });
});
