import type { CelEnvironment } from "./environment.ts";

/** The variables of the loops around an expression, by the slot that they live in. */
export interface Scope {
  readonly environment: CelEnvironment;
  readonly locals: ReadonlyMap<string, number>;
  /** Slots of `cel.bind`, whose values are computed where they are first asked for. */
  readonly lazySlots: ReadonlySet<number>;
  /** The next free slot: loops within each other use different ones. */
  readonly depth: number;
}

export function rootScope(environment: CelEnvironment): Scope {
  return { environment, locals: new Map(), lazySlots: new Set(), depth: 0 };
}

/** The scope within a loop or binding, and the slots of its variables. */
export function innerScope(
  scope: Scope,
  names: readonly string[],
  isLazy = false,
): { readonly scope: Scope; readonly slots: readonly number[] } {
  const slots = names.map((_, index) => scope.depth + index);
  const locals = new Map(scope.locals);
  for (const [index, name] of names.entries()) locals.set(name, scope.depth + index);
  const lazySlots = isLazy ? new Set([...scope.lazySlots, ...slots]) : scope.lazySlots;
  return { scope: { ...scope, locals, lazySlots, depth: scope.depth + names.length }, slots };
}
