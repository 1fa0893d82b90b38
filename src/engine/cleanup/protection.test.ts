import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { protectionOf, recreatorOf } from "./protection.ts";
import type { ProtectionRules, ProtectionSubject } from "./protection.ts";

const rules: ProtectionRules = {
  ownNamespace: "kyverno",
  namesKind: false,
  namesNamespace: () => false,
  nowMs: Date.parse("2026-06-01T00:00:00Z"),
};
const marker = "cleanup.rearguard.io/protect";

function subject(
  more: Partial<ProtectionSubject["metadata"]> = {},
  kind = "ConfigMap",
  group = "",
): ProtectionSubject {
  return { kind, group, metadata: { name: "x", namespace: "shop", ...more } };
}

describe("what may be deleted", () => {
  const free: readonly (readonly [
    title: string,
    subject: ProtectionSubject,
    rules?: Partial<ProtectionRules>,
  ])[] = [
    ["an ordinary object", subject()],
    ["an object whose marker is over", subject({ annotations: { [marker]: "2026-05-31" } })],
    [
      "an object whose marker is over to the second",
      subject({ annotations: { [marker]: "2026-06-01T00:00:00Z" } }),
    ],
    [
      "a Namespace that the policy names",
      subject({ name: "old", namespace: "" }, "Namespace"),
      { namesKind: true },
    ],
    [
      "an object of kube-system that the policy names",
      subject({ namespace: "kube-system" }),
      { namesNamespace: () => true },
    ],
    [
      "a definition of others, where the policy names the kind",
      subject({ name: "widgets.example.com" }, "CustomResourceDefinition"),
      { namesKind: true },
    ],
  ];
  for (const [title, object, more] of free) {
    it(title, () => assert.equal(protectionOf(object, { ...rules, ...more }), undefined));
  }
});

describe("what may not be deleted", () => {
  const kept: readonly (readonly [
    title: string,
    subject: ProtectionSubject,
    reason: RegExp,
    rules?: Partial<ProtectionRules>,
  ])[] = [
    [
      "an object marked by annotation",
      subject({ annotations: { [marker]: "never" } }),
      /its marker \(never\)/,
    ],
    [
      "an object marked by label",
      subject({ labels: { [marker]: "2026-06-02" } }),
      /its marker \(2026-06-02\)/,
    ],
    [
      "an object whose marker cannot be read",
      subject({ annotations: { [marker]: "until easter" } }),
      /until easter/,
    ],
    ["an object whose marker is no text", subject({ annotations: { [marker]: 5 } }), /never/],
    [
      "an object in a marked namespace",
      subject(),
      /marker of its namespace/,
      { namespaceMetadata: { annotations: { [marker]: "never" } } },
    ],
    ["an object of our own namespace", subject({ namespace: "kyverno" }), /namespace of this operator/],
    [
      "our own namespace, even if named",
      subject({ name: "kyverno", namespace: "" }, "Namespace"),
      /namespace of this operator/,
      { namesKind: true },
    ],
    [
      "a Namespace that a wildcard matches",
      subject({ name: "old", namespace: "" }, "Namespace"),
      /go only where a policy names the kind/,
    ],
    [
      "a PersistentVolume that a wildcard matches",
      subject({ namespace: "" }, "PersistentVolume"),
      /PersistentVolumes go only/,
    ],
    [
      "our own definitions, even if named",
      subject({ name: "policies.kyverno.io" }, "CustomResourceDefinition", "apiextensions.k8s.io"),
      /policies and reports need/,
      { namesKind: true },
    ],
    ["an object of kube-system that nothing names", subject({ namespace: "kube-system" }), /kube-system/],
  ];
  for (const [title, object, reason, more] of kept) {
    it(title, () => assert.match(protectionOf(object, { ...rules, ...more }) ?? "", reason));
  }
});

describe("who creates an object again", () => {
  const cases: readonly (readonly [
    metadata: Parameters<typeof recreatorOf>[0],
    expected: string | undefined,
  ])[] = [
    [{}, undefined],
    [{ ownerReferences: [{ kind: "Node", name: "n" }] }, undefined],
    [{ ownerReferences: [{ kind: "ReplicaSet", name: "web", controller: true }] }, "ReplicaSet/web"],
    [{ ownerReferences: "broken" }, undefined],
    [{ annotations: { "meta.helm.sh/release-name": "web" } }, "Helm"],
    [{ annotations: { "argocd.argoproj.io/tracking-id": "x" } }, "Argo CD"],
    [{ labels: { "kustomize.toolkit.fluxcd.io/name": "x" } }, "Flux"],
  ];
  for (const [metadata, expected] of cases) {
    it(`${JSON.stringify(metadata)}: ${expected ?? "nobody"}`, () =>
      assert.equal(recreatorOf(metadata), expected));
  }
});
