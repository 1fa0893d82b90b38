import { CelObject } from "../../values/cel-value.ts";

/** A value of a library that expressions see only through its functions. */
export class Opaque<T> extends CelObject {
  readonly typeName: string;
  readonly value: T;
  readonly #isSame: (left: T, right: T) => boolean;

  constructor(typeName: string, value: T, isSame: (left: T, right: T) => boolean) {
    super();
    this.typeName = typeName;
    this.value = value;
    this.#isSame = isSame;
  }

  equals(other: CelObject): boolean {
    return (
      other instanceof Opaque &&
      other.typeName === this.typeName &&
      this.#isSame(this.value, other.value as T)
    );
  }
}
