import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { KubeObject } from "#api/meta/object-meta.ts";
import { policyKinds } from "./policy-kinds.ts";
import { createPolicyWatch } from "./policy-watch.ts";
import { policy, teamRule } from "./scan-world.fixture.ts";

function setUp() {
  const unreadable: string[] = [];
  let changes = 0;
  const watch = createPolicyWatch({
    onChange: () => {
      changes += 1;
    },
    onUnreadable: ({ key }) => unreadable.push(key),
  });
  const [row] = policyKinds;
  assert.ok(row);
  const handlers = watch.handlersOf(row);
  const page = (objects: KubeObject[], epoch = 1): Promise<void> =>
    handlers.onPage(objects, { epoch, superseded: () => false });
  return { watch, handlers, page, unreadable, changes: () => changes };
}

const renamed = (object: KubeObject, uid: string): KubeObject => ({
  ...object,
  metadata: { ...object.metadata, uid },
});
const red = policy("p", teamRule("red"));
const key = "ClusterPolicy/p";

describe("the policies that exist", () => {
  it("knows them from pages and events, and what is gone when a list ends", async () => {
    const { watch, handlers, page } = setUp();
    await page([red, policy("q", teamRule("red"))]);
    assert.equal(watch.isSynced("ClusterPolicy"), false);
    await handlers.onSynced(1);
    assert.deepEqual([watch.isSynced("ClusterPolicy"), watch.isSynced("Policy")], [true, false]);
    await handlers.onEvent("ADDED", policy("r", teamRule("red")), 1);
    await page([red], 2);
    await handlers.onEvent("MODIFIED", policy("r", teamRule("red")), 2);
    await handlers.onSynced(2);
    assert.deepEqual([...watch.policies.keys()], [key, "ClusterPolicy/r"]);
  });

  it("compiles a policy once per content", async () => {
    const { watch, handlers, page, changes } = setUp();
    await page([red]);
    const compiled = watch.policies.get(key);
    await handlers.onEvent("MODIFIED", { ...red, status: { ready: true } }, 1);
    assert.equal(watch.policies.get(key), compiled);
    assert.equal(changes(), 1);
    await handlers.onEvent("MODIFIED", policy("p", teamRule("blue")), 1);
    assert.notEqual(watch.policies.get(key), compiled);
    assert.equal(changes(), 2);
  });

  it("keeps a policy of the same name when the end of the old one is told late", async () => {
    const { watch, handlers, page } = setUp();
    await page([renamed(red, "new")]);
    await handlers.onEvent("DELETED", red, 1);
    assert.equal(watch.policies.get(key)?.compiled.uid, "new");
    await handlers.onEvent("DELETED", renamed(red, "new"), 1);
    assert.equal(watch.policies.size, 0);
  });

  it("tells of a policy that cannot be read, and takes it when it was repaired", async () => {
    const { watch, handlers, page, unreadable } = setUp();
    await page([red]);
    await handlers.onEvent("MODIFIED", { ...red, spec: { rules: "none" } }, 1);
    assert.deepEqual([unreadable, [...watch.unreadable.keys()]], [[key], [key]]);
    const broken = watch.policies.get(key);
    assert.match(broken?.unreadable ?? "", /^it cannot be read: spec\.rules: /);
    assert.deepEqual([broken?.idle, broken?.compiled.selectors], [broken?.unreadable, []]);
    await handlers.onEvent("MODIFIED", red, 1);
    assert.deepEqual([watch.policies.get(key)?.unreadable, watch.unreadable.size], [undefined, 0]);
    await handlers.onEvent("MODIFIED", { ...red, spec: { rules: "none" } }, 1);
    await handlers.onEvent("DELETED", red, 1);
    assert.deepEqual([watch.policies.size, watch.unreadable.size], [0, 0]);
  });

  it("gives way between two policies, and believes the watch that spoke meanwhile", async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const cuts = [undefined, promise];
    const watch = createPolicyWatch({
      onChange: () => {},
      onUnreadable: () => {},
      slice: () => cuts.shift(),
    });
    const [row] = policyKinds;
    assert.ok(row);
    const handlers = watch.handlersOf(row);
    const told = new Set<string>();
    const paging = handlers.onPage([red, policy("q", teamRule("red"))], {
      epoch: 1,
      superseded: (uid) => told.has(uid),
    });
    await handlers.onEvent("ADDED", policy("q", teamRule("blue")), 1);
    told.add("q");
    const blue = watch.policies.get("ClusterPolicy/q");
    resolve();
    await paging;
    assert.equal(watch.policies.get("ClusterPolicy/q"), blue);
    assert.equal(watch.policies.size, 2);
  });

  it("leaves to the watch what it told of since a page was asked for", async () => {
    const { watch, handlers } = setUp();
    await handlers.onPage([red], { epoch: 1, superseded: (uid) => uid === "p" });
    assert.equal(watch.policies.size, 0);
  });
});
