import { CelError } from "../values/cel-error.ts";
import { CelObject } from "../values/cel-value.ts";
import type { CelValue } from "../values/cel-value.ts";
import type { Code, Frame } from "./frame.ts";

/** What stands in the slot of `cel.bind`: its value once it was asked for, and until then how to compute it. */
export class LazyBinding extends CelObject {
  readonly typeName = "";
  readonly #code: Code;
  readonly #slot: number;
  #known: CelValue | CelError | undefined;

  constructor(code: Code, slot: number) {
    super();
    this.#code = code;
    this.#slot = slot;
  }

  equals(other: CelObject): boolean {
    return other === this;
  }

  /** The value. Throws the same `CelError` at every use where there is none. */
  value(frame: Frame): CelValue {
    this.#known ??= this.#compute(frame);
    if (this.#known instanceof CelError) throw this.#known;
    return this.#known;
  }

  /** Loops within the value use the slots that loops around the place of its use are in. */
  #compute(frame: Frame): CelValue | CelError {
    const kept = frame.slots.slice(this.#slot);
    try {
      return this.#code(frame);
    } catch (error) {
      if (!(error instanceof CelError)) throw error;
      return error;
    } finally {
      for (const [index, value] of kept.entries()) frame.slots[this.#slot + index] = value;
    }
  }
}
