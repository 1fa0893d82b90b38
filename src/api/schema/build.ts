import type {
  Annotations,
  ArrayNode,
  Infer,
  InferProperties,
  NumberNode,
  ObjectNode,
  OptionalSchema,
  Properties,
  RequiredSchema,
  Schema,
  SchemaNode,
  StringNode,
} from "./schema.ts";

type Options<N extends SchemaNode, Fixed extends string> = Omit<N, "type" | Fixed>;

function required<T>(node: SchemaNode): RequiredSchema<T> {
  return { node, optional: false };
}

/** Text. */
export function string(options: Options<StringNode, "enum"> = {}): RequiredSchema<string> {
  return required({ type: "string", ...options });
}

/** One of a fixed list of texts. */
export function enumOf<const V extends readonly string[]>(
  values: V,
  options: Annotations = {},
): RequiredSchema<V[number]> {
  return required({ type: "string", enum: values, ...options });
}

/** A whole number. */
export function integer(options: Options<NumberNode, never> = {}): RequiredSchema<number> {
  return required({ type: "integer", ...options });
}

/** True or false. */
export function boolean(options: Annotations = {}): RequiredSchema<boolean> {
  return required({ type: "boolean", ...options });
}

/** Any JSON value; nothing below it is looked at, and the API server keeps all of it. */
export function anyJson(options: Annotations = {}): RequiredSchema<unknown> {
  return required({ type: "any", ...options });
}

/** A whole number or text. */
export function intOrString(options: Annotations = {}): RequiredSchema<number | string> {
  return required({ type: "intOrString", ...options });
}

/** A list. */
export function array<S extends Schema<unknown>>(
  items: S,
  options: Options<ArrayNode, "items"> = {},
): RequiredSchema<readonly Infer<S>[]> {
  return required({ type: "array", items: items.node, ...options });
}

/** An object with free keys. */
export function map<S extends Schema<unknown>>(
  values: S,
  options: Annotations = {},
): RequiredSchema<Readonly<Record<string, Infer<S>>>> {
  return required({ type: "map", values: values.node, ...options });
}

/** An object with known keys. Unknown ones survive decoding; the API server prunes them. */
export function object<P extends Properties>(
  properties: P,
  options: Options<ObjectNode, "properties" | "required"> = {},
): RequiredSchema<InferProperties<P>> {
  const entries = Object.entries(properties);
  return required({
    type: "object",
    properties: new Map(entries.map(([name, schema]) => [name, schema.node])),
    required: entries.filter(([, schema]) => !schema.optional).map(([name]) => name),
    ...options,
  });
}

/** The same property, which may be absent. */
export function optional<T>(schema: Schema<T>): OptionalSchema<T> {
  return { node: schema.node, optional: true };
}

/** The same schema, where null is a value of its own. */
export function nullable<T>(schema: Schema<T>): RequiredSchema<T | null> {
  return required({ ...schema.node, nullable: true });
}

/** The same schema with a description, a default or rules of its own. */
export function annotated<T>(schema: Schema<T>, annotations: Annotations): RequiredSchema<T> {
  return required({ ...schema.node, ...annotations });
}
