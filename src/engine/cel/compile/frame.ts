import { BudgetExceeded } from "../../budget.ts";
import type { CallContext } from "../functions/function-spec.ts";
import type { CelValue } from "../values/cel-value.ts";

/** Where the variables of an expression come from. An unknown name has no value. May throw `Suspension`. */
export interface Activation {
  get(name: string): CelValue | undefined;
}

/** The state of one evaluation: variables of loops, cost so far. */
export class Frame implements CallContext {
  readonly activation: Activation;
  readonly nowNanoseconds: bigint;
  readonly pick: (limit: number) => number;
  readonly slots: CelValue[] = [];
  readonly #maxCost: number;
  cost = 0;

  constructor(
    activation: Activation,
    clock: { readonly nowNanoseconds: bigint; readonly pick: (limit: number) => number },
    maxCost: number,
  ) {
    this.activation = activation;
    this.nowNanoseconds = clock.nowNanoseconds;
    this.pick = clock.pick;
    this.#maxCost = maxCost;
  }

  readonly spend = (cost: number): void => {
    this.cost += cost;
    if (this.cost > this.#maxCost) {
      throw new BudgetExceeded("operation cancelled: actual cost limit exceeded");
    }
  };
}

/** A compiled expression. Throws `CelError`, `BudgetExceeded` or `Suspension`. */
export type Code = (frame: Frame) => CelValue;
