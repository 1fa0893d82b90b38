import { BudgetExceeded } from "../../budget.ts";
import { Suspension } from "../../context/context-source.ts";
import type { ContextRequest, ContextSource, PermissionScope } from "../../context/context-source.ts";
import { seededPick } from "../../jmespath/random-text.ts";
import type { CallContext, ImageFunctions, OutsideAnswer } from "../functions/function-spec.ts";
import { CelError } from "../values/cel-error.ts";
import type { CelValue } from "../values/cel-value.ts";

/** Where data come from that an expression asks for by itself, and under whose authority. */
export interface CelOutside {
  readonly source: ContextSource;
  readonly scope: PermissionScope;
}

/** Takes the objects of `generator.Apply`; the namespace is undefined for those of a namespaced policy. */
export type GenerateSink = (namespace: string | undefined, objects: readonly CelValue[]) => void;

/** Where the variables of an expression come from. An unknown name has no value. May throw `Suspension`. */
export interface Activation {
  get(name: string): CelValue | undefined;
  /** What `resource.Get`, `globalContext.Get`, `http.Get` and the like ask; without it they have no data. */
  readonly outside?: CelOutside;
  readonly generate?: GenerateSink;
  /** What `verifyImageSignatures` and the like ask. */
  readonly images?: ImageFunctions;
}

/** What an evaluation knows of the world. */
export interface CelClock {
  readonly nowMs: number;
  /** For `random()`. */
  readonly seed: number;
}

/** Steps of work for one expression: about a quarter of a second on an idle machine. */
const maxWork = 5_000_000;
/** Steps that take as long as a unit of cost. */
const workPerCost = 5;
/** Less work than this is never noticed, and leaves the cost as the API server counts it. */
const freeWork = 100_000;

/** The state of one evaluation: variables of loops, cost so far. */
export class Frame implements CallContext {
  readonly activation: Activation;
  readonly slots: CelValue[] = [];
  readonly #clock: CelClock;
  readonly #maxCost: number;
  #pick: ((limit: number) => number) | undefined;
  #cost = 0;
  #work = 0;

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

  get scope(): PermissionScope | undefined {
    return this.activation.outside?.scope;
  }

  get images(): ImageFunctions | undefined {
    return this.activation.images;
  }

  ask(request: ContextRequest): OutsideAnswer {
    const { outside } = this.activation;
    if (outside === undefined) return { kind: "unavailable" };
    const answer = outside.source.lookUp(request, outside.scope);
    if (answer.kind === "pending") throw new Suspension([request]);
    return answer;
  }

  generate(namespace: string | undefined, objects: readonly CelValue[]): void {
    const { generate } = this.activation;
    if (generate === undefined)
      throw new CelError("nothing takes the objects that this expression generates");
    generate(namespace, objects);
  }

  /** What the evaluation cost so far; work that takes longer than its cost says counts for more. */
  get cost(): number {
    return this.#work > freeWork ? Math.max(this.#cost, Math.ceil(this.#work / workPerCost)) : this.#cost;
  }

  /** The cost alone, as the API server counts it. */
  get spent(): number {
    return this.#cost;
  }

  spend(cost: number): void {
    this.#cost += cost;
    if (this.#cost > this.#maxCost) throw limitExceeded();
  }

  work(steps: number): void {
    this.#work += steps;
    if (this.#work > Math.min(maxWork, Math.max(freeWork, this.#maxCost * workPerCost)))
      throw limitExceeded();
  }
}

function limitExceeded(): BudgetExceeded {
  return new BudgetExceeded("operation cancelled: actual cost limit exceeded");
}

/** A compiled expression. Throws `CelError`, `BudgetExceeded` or `Suspension`. */
export type Code = (frame: Frame) => CelValue;
