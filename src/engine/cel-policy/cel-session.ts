import { BudgetExceeded } from "../budget.ts";
import type { Activation, CelClock, CelOutside, GenerateSink } from "../cel/compile/frame.ts";
import type { ImageFunctions } from "../cel/functions/function-spec.ts";
import { maxExpressionCost } from "../cel/program.ts";
import type { CelProgram, CelResult } from "../cel/program.ts";
import { CelError } from "../cel/values/cel-error.ts";
import type { CelValue } from "../cel/values/cel-value.ts";
import { LazyMap } from "../cel/values/lazy-map.ts";

/** What the expressions of one evaluation see. */
export interface CelSessionOptions {
  readonly clock: CelClock;
  /** The value of a name; undefined for one that is not bound. Asked each time, so that a value may change. */
  readonly bind: (name: string) => CelValue | undefined;
  /** The policy's variables in the order of their declaration; none where expressions do not see them. */
  readonly variables?: ReadonlyMap<string, CelProgram>;
  /** What functions such as `resource.Get` ask, and under whose authority; without it they have no data. */
  readonly outside?: CelOutside;
  /** Verifies images, for a policy that is about them. */
  readonly images?: ImageFunctions;
  /** Takes the objects that `generator.Apply` makes. */
  readonly generate?: GenerateSink;
  /** What the error of a variable says where it is used; the error itself where it is absent. */
  readonly variableError?: (name: string, message: string) => string;
  /** What all expressions together may cost; each alone has the API server's limit. */
  readonly maxTotalCost?: number;
}

/** One evaluation of one policy for one object. */
export interface CelSession {
  /**
   * The value of an expression or why it has none; a budget that is used up is such a reason. Throws a `Suspension` where
   * data has to be loaded first.
   */
  evaluate(program: CelProgram): CelResult;
}

/** Keeps the time of one evaluation bounded, however many expressions a policy has. */
const defaultTotalCost = 10 * maxExpressionCost;

/**
 * Opens a session. A variable is computed when it is first asked for and at most once; an error is its value, raised at
 * every use.
 */
export function openCelSession(options: CelSessionOptions): CelSession {
  const { clock, bind, variables, outside, generate, images } = options;
  const { maxTotalCost = defaultTotalCost, variableError = (_name, message) => message } = options;
  const values = new Map<string, CelValue | CelError>();
  let left = maxTotalCost;

  const evaluate = (program: CelProgram): CelResult => {
    const result = withinBudget(program, Math.max(0, Math.min(left, maxExpressionCost)));
    left -= result.cost;
    return result;
  };
  const withinBudget = (program: CelProgram, maxCost: number): CelResult => {
    try {
      return program.evaluate(activation, clock, maxCost);
    } catch (error) {
      if (!(error instanceof BudgetExceeded)) throw error;
      return { kind: "error", message: error.message, cost: maxCost };
    }
  };
  const variable = (name: string): CelValue | undefined => {
    const program = variables?.get(name);
    if (program === undefined) return undefined;
    let value = values.get(name);
    if (value === undefined) {
      const result = evaluate(program);
      value = result.kind === "value" ? result.value : new CelError(variableError(name, result.message));
      values.set(name, value);
    }
    if (value instanceof CelError) throw value;
    return value;
  };
  const lazyVariables = variables === undefined ? undefined : new LazyMap(variable);
  const lookUp = (name: string): CelValue | undefined => (name === "variables" ? lazyVariables : bind(name));
  const activation: Activation = {
    get: lookUp,
    ...(outside === undefined ? {} : { outside }),
    ...(generate === undefined ? {} : { generate }),
    ...(images === undefined ? {} : { images }),
  };
  return { evaluate };
}
