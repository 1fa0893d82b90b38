import type { CelType } from "../types/cel-type.ts";

/** The types of the variables of loops and bindings around an expression. */
export type Locals = ReadonlyMap<string, CelType>;

/** The locals within a loop or binding, whose variable hides one of the same name outside. */
export function withLocal(locals: Locals, name: string, type: CelType): Locals {
  return new Map(locals).set(name, type);
}
