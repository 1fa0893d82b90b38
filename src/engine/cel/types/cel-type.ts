/** A type of CEL. `dyn` is any type, checked when the value is there. */
export interface CelType {
  readonly name: string;
  readonly parameters: readonly CelType[];
  /** A type parameter of a signature: `A` of `list(A)`. */
  readonly isParameter: boolean;
}

/** The type of a name, with parameters for lists, maps and optionals. */
export function typeOf(name: string, ...parameters: readonly CelType[]): CelType {
  return { name, parameters, isParameter: false };
}

export const dynType = typeOf("dyn");
export const boolType = typeOf("bool");
export const intType = typeOf("int");
export const stringType = typeOf("string");
export const listOfDyn = typeOf("list", dynType);
export const mapOfDyn = typeOf("map", stringType, dynType);

/** A type as messages show it: `list(string)`, `map(string, dyn)`. */
export function typeText(type: CelType): string {
  if (type.parameters.length === 0) return type.name;
  return `${type.name}(${type.parameters.map(typeText).join(", ")})`;
}
