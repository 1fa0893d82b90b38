import { BudgetExceeded } from "../../budget.ts";
import { seededPick } from "../../jmespath/random-text.ts";
import type { CallContext } from "../functions/function-spec.ts";
import type { CelValue } from "../values/cel-value.ts";

/** Where the variables of an expression come from. An unknown name has no value. May throw `Suspension`. */
export interface Activation {
  get(name: string): CelValue | undefined;
}

/** What an evaluation knows of the world. */
export interface CelClock {
  readonly nowMs: number;
  /** For `random()`. */
  readonly seed: number;
}

/** The state of one evaluation: variables of loops, cost so far. */
export class Frame implements CallContext {
  readonly activation: Activation;
  readonly slots: CelValue[] = [];
  readonly #clock: CelClock;
  readonly #maxCost: number;
  #pick: ((limit: number) => number) | undefined;
  cost = 0;

  constructor(activation: Activation, clock: CelClock, maxCost: number) {
    this.activation = activation;
    this.#clock = clock;
    this.#maxCost = maxCost;
  }

  get nowNanoseconds(): bigint {
    return BigInt(Math.trunc(this.#clock.nowMs)) * 1_000_000n;
  }

  pick(limit: number): number {
    this.#pick ??= seededPick(this.#clock.seed);
    return this.#pick(limit);
  }

  spend(cost: number): void {
    this.cost += cost;
    if (this.cost > this.#maxCost) {
      throw new BudgetExceeded("operation cancelled: actual cost limit exceeded");
    }
  }
}

/** A compiled expression. Throws `CelError`, `BudgetExceeded` or `Suspension`. */
export type Code = (frame: Frame) => CelValue;
