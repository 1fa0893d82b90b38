import { CelObject } from "./cel-value.ts";
import type { CelValue } from "./cel-value.ts";

/** A map whose values are computed when they are asked for, such as a policy's `variables`. */
export class LazyMap extends CelObject {
  readonly typeName = "map";
  /** The value of a field, or undefined for one that does not exist. May throw `CelError` or `Suspension`. */
  readonly get: (field: string) => CelValue | undefined;

  constructor(get: (field: string) => CelValue | undefined) {
    super();
    this.get = get;
  }

  equals(other: CelObject): boolean {
    return other === this;
  }
}
