import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { KubeObject } from "#api/meta/object-meta.ts";
import { createBindingWatch } from "./binding-watch.ts";
import { policyKindNamed } from "./policy-kinds.ts";

const binding = (name: string, policyName: string, more: object = {}): KubeObject => ({
  apiVersion: "admissionregistration.k8s.io/v1",
  kind: "ValidatingAdmissionPolicyBinding",
  metadata: { name, uid: name, resourceVersion: "1", ...more },
  spec: { policyName },
});

function watched() {
  const told: string[] = [];
  const kind = policyKindNamed("ValidatingAdmissionPolicy")?.binding;
  assert.ok(kind);
  const watch = createBindingWatch({
    kind,
    onChange: (policy) => told.push(policy),
    onUnreadable: ({ key }) => told.push(`unreadable ${key}`),
  });
  const names = (policy: string) => watch.of(policy).map(({ metadata }) => metadata.name);
  return { watch, told, names, handlers: watch.handlers };
}

describe("bindings of admission policies", () => {
  it("belong to the policy that they name, and tell of it when they come, move and go", async () => {
    const { told, names, handlers } = watched();
    await handlers.onPage([binding("b", "p"), binding("a", "p")], { epoch: 1, superseded: () => false });
    assert.deepEqual(names("p"), ["a", "b"]);
    await handlers.onEvent("MODIFIED", binding("a", "q"), 1);
    await handlers.onEvent("DELETED", binding("b", "p"), 1);
    assert.deepEqual([names("p"), names("q")], [[], ["a"]]);
    assert.deepEqual(told, ["p", "p", "p", "q", "p"]);
  });

  it("tell nothing where nothing changed that counts", async () => {
    const { told, handlers } = watched();
    await handlers.onEvent("ADDED", binding("a", "p"), 1);
    await handlers.onEvent("MODIFIED", binding("a", "p", { resourceVersion: "2", labels: { x: "y" } }), 1);
    assert.deepEqual(told, ["p"]);
  });

  it("do not count with the label that keeps them out of reports", async () => {
    const { names, handlers } = watched();
    await handlers.onEvent("ADDED", binding("a", "p", { labels: { "reports.kyverno.io/disabled": "" } }), 1);
    assert.deepEqual(names("p"), []);
  });

  it("are gone when a later list has them no more", async () => {
    const { names, handlers } = watched();
    await handlers.onPage([binding("a", "p")], { epoch: 1, superseded: () => false });
    await handlers.onSynced(2);
    assert.deepEqual(names("p"), []);
  });

  it("that cannot be read are told of", async () => {
    const { told, handlers } = watched();
    await handlers.onEvent("ADDED", { ...binding("a", "p"), spec: { policyName: 1 } }, 1);
    assert.deepEqual(told, ["unreadable ValidatingAdmissionPolicyBinding/a"]);
  });
});
