/**
 * One description of a wire type. From it come the static type (`Infer`), the decoder (`decode.ts`) and the
 * structural OpenAPI schema of the CRD (`openapi.ts`), so that the three cannot drift apart.
 */

/** A condition on a value beside its type: the value-validation part of a structural schema. */
export interface Constraint {
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, Constraint>>;
  readonly not?: Constraint;
  readonly anyOf?: readonly Constraint[];
  readonly oneOf?: readonly Constraint[];
  readonly allOf?: readonly Constraint[];
}

/** A CEL rule of the CRD with the same check for the decoder, which has no CEL. */
export interface Rule {
  readonly rule: string;
  readonly message: string;
  readonly holds: (value: unknown) => boolean;
}

/** What every node may carry. A default is applied by the API server, never by the decoder. */
export interface Annotations {
  readonly description?: string;
  readonly default?: unknown;
  readonly nullable?: boolean;
  readonly rules?: readonly Rule[];
  /** Left out of the CRD, which says only the bare type (`metadata` is the API server's own). */
  readonly opaque?: boolean;
}

export interface StringNode extends Annotations {
  readonly type: "string";
  readonly enum?: readonly string[];
  readonly pattern?: string;
  readonly format?: "date-time" | "duration";
  readonly minLength?: number;
  readonly maxLength?: number;
}

export interface NumberNode extends Annotations {
  readonly type: "integer" | "number";
  readonly format?: "int32" | "int64";
  readonly minimum?: number;
  readonly maximum?: number;
}

export interface BooleanNode extends Annotations {
  readonly type: "boolean";
}

export interface ArrayNode extends Annotations {
  readonly type: "array";
  readonly items: SchemaNode;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly listType?: "atomic" | "set" | "map";
  readonly listMapKeys?: readonly string[];
}

export interface MapNode extends Annotations {
  readonly type: "map";
  readonly values: SchemaNode;
}

export interface ObjectNode extends Annotations {
  readonly type: "object";
  readonly properties: ReadonlyMap<string, SchemaNode>;
  readonly required: readonly string[];
  readonly preserveUnknownFields?: boolean;
  readonly mapType?: "atomic" | "granular";
  readonly constraint?: Constraint;
}

export interface AnyNode extends Annotations {
  readonly type: "any";
}

export interface IntOrStringNode extends Annotations {
  readonly type: "intOrString";
}

export type SchemaNode =
  | StringNode
  | NumberNode
  | BooleanNode
  | ArrayNode
  | MapNode
  | ObjectNode
  | AnyNode
  | IntOrStringNode;

/** A schema whose values are of type `T`. */
export interface Schema<T> {
  readonly node: SchemaNode;
  readonly optional: boolean;
  /** Only for inference; never set. */
  readonly sample?: T;
}

/** A property that may be absent. */
export interface OptionalSchema<T> extends Schema<T> {
  readonly optional: true;
}

/** A property that must be there. */
export interface RequiredSchema<T> extends Schema<T> {
  readonly optional: false;
}

/** The properties of an object schema. */
export type Properties = Readonly<Record<string, Schema<unknown>>>;

type RequiredKey<P extends Properties> = {
  [K in keyof P]: P[K] extends { readonly optional: true } ? never : K;
}[keyof P];

type Flatten<T> = { [K in keyof T]: T[K] };

/** The static type of a schema. */
export type Infer<S> = S extends Schema<infer T> ? T : never;

/** The static type of an object with these properties. */
export type InferProperties<P extends Properties> = Flatten<
  { readonly [K in RequiredKey<P>]: Infer<P[K]> } & {
    readonly [K in Exclude<keyof P, RequiredKey<P>>]?: Infer<P[K]>;
  }
>;
