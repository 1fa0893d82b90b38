import type { JsonObject } from "../json/json.ts";

/** What is known of a value: the fields of built-in kinds and the structural schemas of CRDs in one form. */
export interface TypeSchema {
  readonly type: "object" | "array" | "string" | "integer" | "number" | "boolean" | "any";
  /** The component of the OpenAPI document that describes it; only of built-in types. */
  readonly name?: string;
  readonly format?: string;
  /** Known fields. An object without them is a map, or unknown. */
  readonly properties?: ReadonlyMap<string, TypeSchema>;
  /** Of a map. */
  readonly values?: TypeSchema;
  readonly items?: TypeSchema;
  readonly listType?: "set" | "map";
  readonly listKeys?: readonly string[];
  /** The object is owned and replaced as a whole. */
  readonly isAtomic?: boolean;
  readonly preservesUnknown?: boolean;
  readonly intOrString?: boolean;
  /** The object is a Kubernetes object of its own. */
  readonly isEmbedded?: boolean;
  readonly isNullable?: boolean;
  readonly default?: unknown;
  readonly required?: readonly string[];
  /** Of strategic merge patches; lists without a strategy are replaced. */
  readonly patchStrategy?: readonly string[];
  readonly patchMergeKey?: string;
  /** Zero is the same as absent: the value is left out where it is zero. */
  readonly dropsZero?: boolean;
  /** The field's number in protobuf; more than one where JSON inlines what is a message of its own there. */
  readonly protoPath?: readonly number[];
  /** The OpenAPI schema with its value validations; only of CRDs. */
  readonly raw?: JsonObject;
}

/** The schema of a field of an object or map, or undefined where the field is not known. */
export function fieldSchema(schema: TypeSchema | undefined, name: string): TypeSchema | undefined {
  return schema?.properties?.get(name) ?? schema?.values;
}
