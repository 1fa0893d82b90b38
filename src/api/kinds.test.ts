import assert from "node:assert/strict";
import { describe, it } from "node:test";
import * as fc from "fast-check";
import { customKinds } from "./kinds.ts";
import type { CustomKind } from "./kinds.ts";
import { buildCustomResourceDefinition } from "./schema/custom-resource-definition.ts";
import { decode } from "./schema/decode.ts";
import { isRecord } from "./schema/path.ts";
import type { SchemaNode } from "./schema/schema.ts";

const versions = customKinds.flatMap((kind) => kind.versions.map((version) => ({ kind, version })));

describe("the table of kinds", () => {
  it("has each kind once, with one storage version", () => {
    const names = customKinds.map((kind) => `${kind.plural}.${kind.group}`);
    assert.equal(new Set(names).size, names.length);
    for (const kind of customKinds) {
      assert.equal(kind.versions.filter((version) => version.storage === true).length, 1, kind.kind);
    }
  });

  it("uses a short name for one kind only", () => {
    const shortNames = customKinds.flatMap((kind) => kind.shortNames);
    assert.equal(new Set(shortNames).size, shortNames.length);
  });

  it("lists the served versions that manifests name", () => {
    const served = versions.map(({ kind, version }) => `${kind.group}/${version.name}/${kind.kind}`);
    for (const name of [
      "kyverno.io/v1/ClusterPolicy",
      "kyverno.io/v2beta1/Policy",
      "kyverno.io/v2beta1/PolicyException",
      "kyverno.io/v2alpha1/GlobalContextEntry",
      "kyverno.io/v2/UpdateRequest",
      "policies.kyverno.io/v1alpha1/ValidatingPolicy",
      "policies.kyverno.io/v1/NamespacedMutatingPolicy",
      "reports.kyverno.io/v1/EphemeralReport",
      "wgpolicyk8s.io/v1alpha2/ClusterPolicyReport",
      "openreports.io/v1alpha1/Report",
    ]) {
      assert.ok(served.includes(name), name);
    }
    assert.ok(!served.includes("policies.kyverno.io/v1alpha1/NamespacedValidatingPolicy"));
  });
});

describe("the generated CRDs", () => {
  for (const kind of customKinds) {
    it(`are structural for ${kind.kind} of ${kind.group}`, () => {
      const crd = buildCustomResourceDefinition(kind);
      assert.deepEqual(findUnstructured(crd), []);
    });
  }

  it("leave apiVersion, kind and metadata to the API server", () => {
    for (const { kind, version } of versions) {
      const required = topLevelRequired(kind, version.name);
      assert.deepEqual(required, required.includes("spec") ? ["spec"] : [], kind.kind);
    }
  });

  it("require a spec of every policy", () => {
    for (const { kind, version } of versions) {
      if (kind.kind.endsWith("Policy") || kind.kind === "PolicyException") {
        assert.deepEqual(topLevelRequired(kind, version.name), ["spec"], kind.kind);
      }
    }
  });
});

function topLevelRequired(kind: CustomKind, versionName: string): readonly unknown[] {
  const crd = JSON.parse(JSON.stringify(buildCustomResourceDefinition(kind)));
  const version = crd.spec.versions.find((one: { name: string }) => one.name === versionName);
  return version.schema.openAPIV3Schema.required ?? [];
}

/** Paths of schema nodes that have neither a type nor leave to be untyped. */
function findUnstructured(node: unknown, path = ""): readonly string[] {
  if (!isRecord(node)) {
    return [];
  }
  const { properties, items, additionalProperties } = node;
  const isSchema = properties !== undefined || items !== undefined || additionalProperties !== undefined;
  const own = isSchema && typeof node["type"] !== "string" ? [path] : [];
  const children = isRecord(properties)
    ? Object.entries(properties).flatMap(([name, child]) => [
        ...requireTyped(child, `${path}.${name}`),
        ...findUnstructured(child, `${path}.${name}`),
      ])
    : Object.entries(node).flatMap(([name, child]) =>
        Array.isArray(child)
          ? child.flatMap((item, index) => findUnstructured(item, `${path}.${name}[${index}]`))
          : findUnstructured(child, `${path}.${name}`),
      );
  return [...own, ...children];
}

function requireTyped(node: unknown, path: string): readonly string[] {
  const typed =
    isRecord(node) &&
    (typeof node["type"] === "string" ||
      node["x-kubernetes-preserve-unknown-fields"] === true ||
      node["x-kubernetes-int-or-string"] === true);
  return typed ? [] : [path];
}

/** A value of the right shape, with a wrong one here and there. */
function arbitraryFor(node: SchemaNode): fc.Arbitrary<unknown> {
  return fc.oneof(
    { weight: 12, arbitrary: wellFormedFor(node) },
    { weight: 1, arbitrary: fc.jsonValue({ maxDepth: 2 }) },
  );
}

function wellFormedFor(node: SchemaNode): fc.Arbitrary<unknown> {
  switch (node.type) {
    case "any":
      return fc.jsonValue({ maxDepth: 2 });
    case "boolean":
      return fc.boolean();
    case "string":
      return node.enum === undefined ? fc.string({ maxLength: 8 }) : fc.constantFrom(...node.enum);
    case "integer":
    case "number":
    case "intOrString":
      return fc.integer({ min: 1, max: 100 });
    case "array":
      return fc.array(arbitraryFor(node.items), { maxLength: 2 });
    case "map":
      return fc.dictionary(fc.string({ maxLength: 3 }), arbitraryFor(node.values), { maxKeys: 2 });
    case "object":
      break;
  }
  const fields = [...node.properties].map(([name, child]) => [name, fc.option(arbitraryFor(child))] as const);
  return fc.record(Object.fromEntries(fields), { requiredKeys: [...node.required] });
}

describe("the decoder of every kind", () => {
  for (const { kind, version } of versions) {
    it(`never throws and is stable for ${kind.group}/${version.name} ${kind.kind}`, () => {
      fc.assert(
        fc.property(arbitraryFor(version.schema.node), (value) => {
          const decoded = decode(version.schema, value);
          if (decoded.ok) {
            assert.equal(decode(version.schema, decoded.value).ok, true);
          }
        }),
        { numRuns: 15 },
      );
    });
  }

  it("never throws on any JSON", () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 5 }), fc.nat(versions.length - 1), (value, index) => {
        const version = versions[index]?.version;
        assert.ok(version !== undefined);
        const decoded = decode(version.schema, value);
        assert.equal(decoded.ok, false);
      }),
      { numRuns: 300 },
    );
  });
});
