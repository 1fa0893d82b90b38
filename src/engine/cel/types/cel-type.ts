/** A type of CEL. `dyn` is any type, checked when the value is there. */
export interface CelType {
  /** `int`, `list`, `kubernetes.Quantity`: what `type()` shows for its values. */
  readonly name: string;
  readonly parameters: readonly CelType[];
  /** A type parameter of a signature: `A` of `list(A)`. */
  readonly isParameter: boolean;
}

/** A type without parameters: a scalar, an opaque type, a type with fields. */
export function namedType(name: string): CelType {
  return { name, parameters: [], isParameter: false };
}

function generic(name: string, ...parameters: readonly CelType[]): CelType {
  return { name, parameters, isParameter: false };
}

/** Any type. */
export const dynType = namedType("dyn");
/** Any type too; a name of its own in signatures, where messages show it. */
export const anyType = namedType("any");
export const boolType = namedType("bool");
export const intType = namedType("int");
export const uintType = namedType("uint");
export const doubleType = namedType("double");
export const stringType = namedType("string");
export const bytesType = namedType("bytes");
export const nullType = namedType("null_type");
export const timestampType = namedType("google.protobuf.Timestamp");
export const durationType = namedType("google.protobuf.Duration");
/** The type of an expression that an issue was reported for: it agrees with every type, so that there is one issue. */
export const errorType = namedType("!error!");

export function listOf(element: CelType): CelType {
  return generic("list", element);
}

export function mapOf(key: CelType, value: CelType): CelType {
  return generic("map", key, value);
}

export function optionalOf(value: CelType): CelType {
  return generic("optional_type", value);
}

/** The type of a type as a value. */
export function typeOf(type: CelType): CelType {
  return generic("type", type);
}

/** What is in an optional type; undefined for every other type. */
export function unwrapOptional(type: CelType): CelType | undefined {
  return type.name === "optional_type" ? (type.parameters[0] ?? dynType) : undefined;
}

/** True where the two are the same type in every part. */
export function isSameType(left: CelType, right: CelType): boolean {
  return (
    left === right ||
    (left.name === right.name &&
      left.parameters.length === right.parameters.length &&
      left.parameters.every((parameter, index) => isSameType(parameter, right.parameters[index] ?? dynType)))
  );
}
