import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { KubeObject } from "#api/meta/object-meta.ts";
import type { ResourceType } from "#api/meta/resource-type.ts";
import type { Selection, SourceHandlers } from "#kube/list-watch/source.ts";
import { createVirtualClock } from "#test/support/virtual-clock.ts";
import { createRightsWatch } from "./rights-watch.ts";

const typeOf = (group: string, kind: string): ResourceType => ({
  group,
  version: "v1",
  kind,
  resource: `${kind.toLowerCase()}s`,
  namespaced: false,
  preferred: true,
  verbs: [],
});
const rbac = "rbac.authorization.k8s.io";
const role: KubeObject = {
  apiVersion: `${rbac}/v1`,
  kind: "ClusterRole",
  metadata: { name: "r", uid: "r", resourceVersion: "1" },
};

function setUp() {
  const clock = createVirtualClock();
  const opened: { readonly selection: Selection; readonly handlers: SourceHandlers }[] = [];
  let changes = 0;
  let stopped = 0;
  const watch = createRightsWatch({
    openSource: (selection, handlers) => {
      opened.push({ selection, handlers });
      const stop = (): Promise<void> => {
        stopped += 1;
        return Promise.resolve();
      };
      return { selection, state: () => ({ kind: "live" }), relist: () => {}, stop };
    },
    types: () => [typeOf(rbac, "ClusterRole"), typeOf(rbac, "RoleBinding"), typeOf("", "Pod")],
    clock,
    onChange: () => {
      changes += 1;
    },
  });
  return { clock, opened, watch, changes: () => changes, stopped: () => stopped };
}

describe("changes of rights", () => {
  it("are watched from the first need on, as metadata", () => {
    const { opened, watch } = setUp();
    assert.equal(opened.length, 0);
    watch.begin();
    watch.begin();
    assert.deepEqual(
      opened.map(({ selection }) => [selection.type.kind, selection.metadataOnly]),
      [
        ["ClusterRole", true],
        ["RoleBinding", true],
      ],
    );
  });

  it("are told of once where they come together, and not for the first list", async () => {
    const { clock, opened, watch, changes } = setUp();
    watch.begin();
    const [first] = opened;
    await first?.handlers.onSynced(1);
    await clock.advance(5_000);
    assert.equal(changes(), 0);
    for (let index = 0; index < 3; index += 1) await first?.handlers.onEvent("MODIFIED", role, 1);
    await clock.advance(1_000);
    assert.equal(changes(), 1);
    await first?.handlers.onSynced(2);
    await clock.advance(1_000);
    assert.equal(changes(), 2);
  });

  it("are watched no longer than the process runs", async () => {
    const { clock, opened, watch, changes, stopped } = setUp();
    watch.begin();
    await opened[0]?.handlers.onEvent("ADDED", role, 1);
    await watch.stop();
    await clock.advance(5_000);
    assert.deepEqual([changes(), stopped()], [0, 2]);
  });
});
