import type { ArrayNode, Constraint, ObjectNode, Schema, SchemaNode } from "./schema.ts";

/** A structural OpenAPI v3 schema, as a CRD holds it. */
export type OpenApi = Readonly<Record<string, unknown>>;

/** The OpenAPI schema of a wire type, with keys in the order in which they are to be written. */
export function toOpenApi(schema: Schema<unknown>): OpenApi {
  return nodeToOpenApi(schema.node);
}

function nodeToOpenApi(node: SchemaNode): OpenApi {
  if (node.opaque === true) {
    return { type: node.type };
  }
  return defined({
    description: node.description,
    default: node.default,
    nullable: node.nullable,
    ...typeToOpenApi(node),
    "x-kubernetes-validations": node.rules?.map(({ rule, message }) => ({ rule, message })),
  });
}

function typeToOpenApi(node: SchemaNode): OpenApi {
  switch (node.type) {
    case "any":
      return { "x-kubernetes-preserve-unknown-fields": true };
    case "boolean":
      return { type: "boolean" };
    case "string": {
      const { enum: values, pattern, format, minLength, maxLength } = node;
      return { type: "string", enum: values, pattern, format, minLength, maxLength };
    }
    case "integer":
    case "number": {
      const { type, format, minimum, maximum } = node;
      return { type, format, minimum, maximum };
    }
    case "intOrString":
      return { anyOf: [{ type: "integer" }, { type: "string" }], "x-kubernetes-int-or-string": true };
    case "array":
      return arrayToOpenApi(node);
    case "map":
      return { type: "object", additionalProperties: nodeToOpenApi(node.values) };
    case "object":
      break;
  }
  return objectToOpenApi(node);
}

function arrayToOpenApi(node: ArrayNode): OpenApi {
  return {
    type: "array",
    minItems: node.minItems,
    maxItems: node.maxItems,
    items: nodeToOpenApi(node.items),
    "x-kubernetes-list-type": node.listType,
    "x-kubernetes-list-map-keys": node.listMapKeys,
  };
}

function objectToOpenApi(node: ObjectNode): OpenApi {
  const properties = [...node.properties].map(([name, child]) => [name, nodeToOpenApi(child)] as const);
  return {
    type: "object",
    required: node.required.length === 0 ? undefined : node.required,
    properties: properties.length === 0 ? undefined : Object.fromEntries(properties),
    ...constraintToOpenApi(node.constraint),
    "x-kubernetes-map-type": node.mapType,
    "x-kubernetes-preserve-unknown-fields": node.preserveUnknownFields,
  };
}

/** Constraints of the node itself; `required` there would repeat the object's own. */
function constraintToOpenApi(constraint: Constraint | undefined): OpenApi {
  if (constraint === undefined) {
    return {};
  }
  const { not, anyOf, oneOf, allOf } = constraint;
  return { not, anyOf, oneOf, allOf };
}

function defined(schema: OpenApi): OpenApi {
  return Object.fromEntries(Object.entries(schema).filter(([, value]) => value !== undefined));
}
