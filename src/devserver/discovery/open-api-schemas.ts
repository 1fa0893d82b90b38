import type { JsonObject } from "../json/json.ts";
import type { ServedResource } from "../resources/served-resource.ts";
import type { TypeSchema } from "../schema/type-schema.ts";

const formats: Readonly<Record<string, JsonObject>> = {
  quantity: { type: "string" },
  "micro-time": { type: "string", format: "date-time" },
};

/** The schemas of a document: those of its resources and everything that they name. */
export function buildComponents(resources: readonly ServedResource[]): JsonObject {
  const components: Record<string, JsonObject> = {};
  const add = (type: TypeSchema): string => {
    const name = type.name ?? "";
    const full = `io.k8s.api.${name}`;
    if (!Object.hasOwn(components, full)) {
      components[full] = {};
      components[full] = describeFields(type, reference);
    }
    return full;
  };
  const reference = (type: TypeSchema): JsonObject => describe(type, add);
  for (const served of resources) {
    const { group, version, kind } = served;
    const gvk = { "x-kubernetes-group-version-kind": [{ group, version, kind }] };
    if (served.isCustom) {
      const name = `${group.split(".").toReversed().join(".")}.${version}.${kind}`;
      components[name] = { ...customSchema(served, reference), ...gvk };
    } else {
      const name = add(served.schema);
      components[name] = { ...components[name], ...gvk };
    }
  }
  return components;
}

function describe(type: TypeSchema, add: (type: TypeSchema) => string): JsonObject {
  const extras = {
    ...(type.patchMergeKey === undefined ? {} : { "x-kubernetes-patch-merge-key": type.patchMergeKey }),
    ...(type.patchStrategy === undefined
      ? {}
      : { "x-kubernetes-patch-strategy": type.patchStrategy.join(",") }),
    ...(type.listType === undefined ? {} : { "x-kubernetes-list-type": type.listType }),
    ...(type.listKeys === undefined ? {} : { "x-kubernetes-list-map-keys": type.listKeys }),
    ...(type.default === undefined ? {} : { default: type.default }),
  };
  if (type.name !== undefined) {
    return { allOf: [{ $ref: `#/components/schemas/${add(type)}` }], ...extras };
  }
  return { ...describeShape(type, add), ...extras };
}

function describeShape(type: TypeSchema, add: (type: TypeSchema) => string): JsonObject {
  if (type.intOrString === true)
    return { oneOf: [{ type: "integer" }, { type: "string" }], format: "int-or-string" };
  switch (type.type) {
    case "any":
      return { type: "object" };
    case "array":
      return {
        type: "array",
        items: type.items === undefined ? { type: "object" } : describe(type.items, add),
      };
    case "object":
      return {
        type: "object",
        ...(type.values === undefined ? {} : { additionalProperties: describe(type.values, add) }),
      };
    default: {
      const known = formats[type.format ?? ""];
      return known ?? { type: type.type, ...(type.format === undefined ? {} : { format: type.format }) };
    }
  }
}

function describeFields(type: TypeSchema, reference: (type: TypeSchema) => JsonObject): JsonObject {
  const properties = [...(type.properties ?? [])].map(([name, child]) => [name, reference(child)] as const);
  return {
    type: "object",
    ...(type.required === undefined || type.required.length === 0 ? {} : { required: type.required }),
    properties: Object.fromEntries(properties),
    ...(type.isAtomic === true ? { "x-kubernetes-map-type": "atomic" } : {}),
  };
}

const texts = {
  apiVersion: "The group and version of the API that this object is written in.",
  kind: "The kind of this object; it cannot be changed.",
  metadata: "The name, namespace, labels and other metadata that every object has.",
};

/** The schema of the CRD with the fields that every object has. */
function customSchema(served: ServedResource, reference: (type: TypeSchema) => JsonObject): JsonObject {
  const raw = served.schema.raw ?? {};
  const metadata = served.schema.properties?.get("metadata");
  const properties = raw["properties"];
  return {
    ...raw,
    properties: {
      ...(typeof properties === "object" ? properties : {}),
      apiVersion: { type: "string", description: texts.apiVersion },
      kind: { type: "string", description: texts.kind },
      ...(metadata === undefined
        ? {}
        : { metadata: { ...reference(metadata), description: texts.metadata } }),
    },
  };
}
