import { CelError, noSuchOverload } from "../values/cel-error.ts";
import { OptionalValue } from "../values/objects.ts";
import type { Code } from "./frame.ts";

/** `&&` and `||`: the operand that decides wins over errors of others, wherever it stands. */
export function compileLogic(operator: "&&" | "||", operands: readonly Code[]): Code {
  const decisive = operator === "||";
  return (frame) => {
    let failure: CelError | undefined;
    for (const operand of operands) {
      try {
        const value = operand(frame);
        if (value === decisive) return decisive;
        if (value !== !decisive) failure ??= noSuchOverload();
      } catch (error) {
        if (!(error instanceof CelError)) throw error;
        failure ??= error;
      }
    }
    if (failure !== undefined) throw failure;
    return !decisive;
  };
}

/** `or` and `orValue` of an optional: the second is computed where the first has nothing. */
export function compileOrElse(first: Code, second: Code, unwraps: boolean): Code {
  return (frame) => {
    const value = first(frame);
    if (!(value instanceof OptionalValue)) throw noSuchOverload();
    if (value.value === undefined) return second(frame);
    return unwraps ? value.value : value;
  };
}

/** `condition ? whenTrue : whenFalse`. */
export function compileConditional(condition: Code, whenTrue: Code, whenFalse: Code): Code {
  return (frame) => {
    const value = condition(frame);
    if (value === true) return whenTrue(frame);
    if (value === false) return whenFalse(frame);
    throw noSuchOverload();
  };
}
