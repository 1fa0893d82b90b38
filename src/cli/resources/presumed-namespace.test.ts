import assert from "node:assert/strict";
import { describe, it } from "node:test";

import type { TargetSource } from "#engine/mutate/mutation-target.ts";
import type { JsonObject } from "#engine/values/json.ts";

import { presumeNamespaces } from "./presumed-namespace.ts";
import { decodeResource } from "./scan-resource.ts";
import type { ScanResource } from "./scan-resource.ts";

function read(object: JsonObject): ScanResource {
  const decoded = decodeResource(object);
  assert.ok(decoded.ok);
  return decoded.resource;
}

const namespace = { apiVersion: "v1", kind: "Namespace", metadata: { name: "team" } };
const target = { apiVersion: "v1", kind: "Node", metadata: { name: "n1" } };
const targets: TargetSource = {
  find: () => ({ kind: "objects", objects: [{ object: target, subresource: "" }] }),
};
const selector = {
  kind: { group: "", version: "v1", kind: "Node", subresource: "" },
  kindText: "v1/Node",
  namespace: "",
  name: "",
};

function found(source: TargetSource): JsonObject {
  const answer = source.find(selector, { policyKind: "ClusterPolicy", policyName: "p" }, 0);
  assert.ok(answer.kind === "objects" && answer.objects[0] !== undefined);
  return answer.objects[0].object;
}

describe("presumeNamespaces", () => {
  it("lets an object without a namespace stand in default, and leaves what was given as it was", () => {
    const given = read(namespace);
    const { resource } = presumeNamespaces(given, targets);
    assert.equal(resource.namespace, "default");
    assert.deepEqual(resource.object["metadata"], { name: "team", namespace: "default" });
    assert.deepEqual(given.object, namespace);
  });

  it("leaves an object alone that stands in a namespace, and JSON that is no object of Kubernetes", () => {
    const pod = read({ apiVersion: "v1", kind: "Pod", metadata: { name: "p", namespace: "team" } });
    assert.equal(presumeNamespaces(pod, targets).resource, pod);
    const payload = { ...read(namespace), isPayload: true } as const;
    assert.equal(presumeNamespaces(payload, targets).resource, payload);
  });

  it("takes the namespace that an object of a kind without one names", () => {
    const { resource, restore } = presumeNamespaces(
      read({ ...namespace, metadata: { name: "team", namespace: "odd" } }),
      targets,
    );
    assert.equal(resource.namespace, "odd");
    const changed = { ...resource.object, changed: true };
    assert.equal(restore(changed), changed);
  });

  it("takes the namespace away again from what policies made of the object", () => {
    const given = read(namespace);
    const { resource, restore } = presumeNamespaces(given, targets);
    assert.equal(restore(resource.object), given.object);
    assert.deepEqual(restore({ ...resource.object, changed: true }), { ...namespace, changed: true });
  });

  it("does the same with targets", () => {
    const seen = presumeNamespaces(read(namespace), targets);
    const object = found(seen.targets);
    assert.deepEqual(object["metadata"], { name: "n1", namespace: "default" });
    const restored = seen.restoreTarget({
      rule: "r",
      target: { object, subresource: "" },
      object: { ...object, changed: true },
    });
    assert.equal(restored.target.object, target);
    assert.deepEqual(restored.object, { ...target, changed: true });
  });
});
