import assert from "node:assert/strict";
import { test } from "node:test";
import type { KubeObject } from "#api/meta/object-meta.ts";
import type { ResourceType } from "#api/meta/resource-type.ts";
import { sanitiseManifest } from "./sanitise-manifest.ts";

const typeOf = (group: string, kind: string): ResourceType => ({
  group,
  version: "v1",
  kind,
  resource: `${kind.toLowerCase()}s`,
  namespaced: true,
  preferred: true,
  verbs: [],
});

const objectOf = (metadata: object, content: object = {}): KubeObject =>
  ({
    metadata: { name: "a", namespace: "shop", uid: "u", resourceVersion: "7", ...metadata },
    ...content,
  }) as unknown as KubeObject;

const sanitise = (type: ResourceType, object: KubeObject, includeSecretData = false) =>
  sanitiseManifest(type, object, { includeSecretData });

test("what the server gives goes, and what people wrote stays", () => {
  const object = objectOf(
    {
      generation: 4,
      creationTimestamp: "2026-01-01T00:00:00Z",
      managedFields: [{ manager: "kubectl" }],
      ownerReferences: [{ apiVersion: "v1", kind: "Pod", name: "p", uid: "x" }],
      finalizers: ["example.com/hold"],
      labels: { app: "web" },
      annotations: { note: "mine", "cleanup.rearguard.io/delete-after.0badcafe": "2026-01-01T00:00:00Z" },
    },
    { data: { key: "value" }, status: { phase: "Ready" } },
  );
  assert.deepEqual(sanitise(typeOf("", "ConfigMap"), object), {
    manifest: {
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: {
        name: "a",
        namespace: "shop",
        finalizers: ["example.com/hold"],
        labels: { app: "web" },
        annotations: { note: "mine" },
      },
      data: { key: "value" },
    },
    leftOut: [],
  });
});

test("the data of a Secret stays out, also where an annotation repeats it, unless it is asked for", () => {
  const annotations = { "kubectl.kubernetes.io/last-applied-configuration": '{"data":{"password":"aGk="}}' };
  const object = objectOf({ annotations }, { type: "Opaque", data: { password: "aGk=" } });
  const without = sanitise(typeOf("", "Secret"), object);
  assert.deepEqual(without.leftOut, ["data"]);
  assert.ok(!JSON.stringify(without.manifest).includes("aGk="));
  const whole = sanitise(typeOf("", "Secret"), object, true);
  assert.deepEqual(whole.leftOut, []);
  assert.deepEqual(whole.manifest["data"], { password: "aGk=" });
  assert.deepEqual(whole.manifest.metadata["annotations"], annotations);
});

test("a Secret of another group is no Secret", () => {
  const object = objectOf({}, { data: { password: "aGk=" } });
  assert.deepEqual(sanitise(typeOf("example.com", "Secret"), object).leftOut, []);
});

test("what a server fills in and would refuse goes with it", () => {
  const uidLabels = {
    "controller-uid": "u",
    "batch.kubernetes.io/controller-uid": "u",
    "job-name": "a",
    "batch.kubernetes.io/job-name": "a",
  };
  const jobSpec = {
    selector: { matchLabels: { "batch.kubernetes.io/controller-uid": "u" } },
    template: { metadata: { labels: { app: "web", ...uidLabels } }, spec: { restartPolicy: "Never" } },
  };
  const cases = [
    [typeOf("", "Pod"), objectOf({}, { spec: { nodeName: "n", containers: [] } }), { containers: [] }],
    [
      typeOf("batch", "Job"),
      objectOf({ labels: uidLabels }, { spec: jobSpec }),
      { template: { metadata: { labels: { app: "web" } }, spec: { restartPolicy: "Never" } } },
    ],
    [
      typeOf("batch", "Job"),
      objectOf({}, { spec: { ...jobSpec, manualSelector: true } }),
      { ...jobSpec, manualSelector: true },
    ],
  ] as const;
  for (const [type, object, spec] of cases) {
    const { manifest } = sanitise(type, object);
    assert.deepEqual(manifest["spec"], spec);
    assert.equal(manifest.metadata["labels"], undefined);
  }
});

test("a claim keeps its volume and loses the signs of being bound", () => {
  const annotations = {
    "pv.kubernetes.io/bind-completed": "yes",
    "pv.kubernetes.io/bound-by-controller": "yes",
  };
  const { manifest } = sanitise(
    typeOf("", "PersistentVolumeClaim"),
    objectOf({ annotations }, { spec: { volumeName: "disk-1" } }),
  );
  assert.deepEqual(manifest.metadata, { name: "a", namespace: "shop" });
  assert.deepEqual(manifest["spec"], { volumeName: "disk-1" });
});
