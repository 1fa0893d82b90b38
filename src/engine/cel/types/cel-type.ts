/** A type of CEL. `dyn` is any type, checked when the value is there. */
export interface CelType {
  readonly name: string;
  readonly parameters: readonly CelType[];
  /** A type parameter of a signature: `A` of `list(A)`. */
  readonly isParameter: boolean;
}

/** Any type. */
export const dynType: CelType = { name: "dyn", parameters: [], isParameter: false };
