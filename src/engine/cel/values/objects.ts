import { CelObject } from "./cel-value.ts";
import type { CelValue } from "./cel-value.ts";

/** A sequence of bytes. */
export class Bytes extends CelObject {
  readonly typeName = "bytes";
  readonly value: Uint8Array;

  constructor(value: Uint8Array) {
    super();
    this.value = value;
  }

  equals(other: CelObject): boolean {
    return other instanceof Bytes && compareBytes(this.value, other.value) === 0;
  }
}

/** Negative, zero or positive as `left` comes before, is equal to or comes after `right`. */
export function compareBytes(left: Uint8Array, right: Uint8Array): number {
  const length = Math.min(left.length, right.length);
  for (let index = 0; index < length; index++) {
    const difference = (left[index] ?? 0) - (right[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return left.length - right.length;
}

/** A length of time. */
export class Duration extends CelObject {
  readonly typeName = "google.protobuf.Duration";
  readonly nanoseconds: bigint;

  constructor(nanoseconds: bigint) {
    super();
    this.nanoseconds = nanoseconds;
  }

  equals(other: CelObject): boolean {
    return other instanceof Duration && other.nanoseconds === this.nanoseconds;
  }
}

/** A point in time. */
export class Timestamp extends CelObject {
  readonly typeName = "google.protobuf.Timestamp";
  /** Since 1970-01-01T00:00:00Z. */
  readonly nanoseconds: bigint;

  constructor(nanoseconds: bigint) {
    super();
    this.nanoseconds = nanoseconds;
  }

  equals(other: CelObject): boolean {
    return other instanceof Timestamp && other.nanoseconds === this.nanoseconds;
  }
}

/** A type as a value. */
export class TypeValue extends CelObject {
  readonly typeName = "type";
  readonly name: string;

  constructor(name: string) {
    super();
    this.name = name;
  }

  equals(other: CelObject): boolean {
    return other instanceof TypeValue && other.name === this.name;
  }
}

/** A value that may be absent. */
export class OptionalValue extends CelObject {
  readonly typeName = "optional_type";
  /** Undefined where there is none. */
  readonly value: CelValue | undefined;

  constructor(value: CelValue | undefined) {
    super();
    this.value = value;
  }

  /** Optionals are compared by `equalValues`, which compares what is in them. */
  equals(): boolean {
    return false;
  }
}

export const noValue = new OptionalValue(undefined);

/** A message: `Object{spec: Object.spec{…}}`, `JSONPatch{op: "add"}`. */
export class StructValue extends CelObject {
  readonly typeName: string;
  readonly fields: ReadonlyMap<string, CelValue>;
  /** What a field is that was not set, or undefined for one that does not exist. */
  readonly defaultOf: (field: string) => CelValue | undefined;

  constructor(
    typeName: string,
    fields: ReadonlyMap<string, CelValue>,
    defaultOf: (field: string) => CelValue | undefined = () => undefined,
  ) {
    super();
    this.typeName = typeName;
    this.fields = fields;
    this.defaultOf = defaultOf;
  }

  /** Messages are compared by `equalValues`. */
  equals(): boolean {
    return false;
  }
}
