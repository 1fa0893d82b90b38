import { noSuchOverload } from "../values/cel-error.ts";
import { typeNameOf } from "../values/cel-value.ts";
import type { CelValue } from "../values/cel-value.ts";
import type { Code } from "./frame.ts";
import { accepts } from "./overloads.ts";
import type { ReadyOverload } from "./overloads.ts";

/** A call whose overload is chosen by the kinds of its arguments. */
export function compileCall(
  name: string,
  overloads: readonly ReadyOverload[],
  argumentCodes: readonly Code[],
): Code {
  const candidates = overloads.filter((overload) => takesCount(overload, argumentCodes.length));
  const [first, second] = argumentCodes;
  if (argumentCodes.length === 1 && first !== undefined) {
    return (frame) => invoke(name, candidates, [first(frame)], frame);
  }
  if (argumentCodes.length === 2 && first !== undefined && second !== undefined) {
    return (frame) => invoke(name, candidates, [first(frame), second(frame)], frame);
  }
  return (frame) =>
    invoke(
      name,
      candidates,
      argumentCodes.map((code) => code(frame)),
      frame,
    );
}

function takesCount({ signature }: ReadyOverload, count: number): boolean {
  const expected = signature.parameters.length;
  return signature.isVariadic ? count >= expected - 1 : count === expected;
}

function invoke(
  name: string,
  candidates: readonly ReadyOverload[],
  values: readonly CelValue[],
  frame: Parameters<Code>[0],
): CelValue {
  for (const candidate of candidates) {
    if (!accepts(candidate, values)) continue;
    frame.spend(candidate.cost === undefined ? 1 : candidate.cost(...values));
    return candidate.signature.isVariadic ? candidate.call(values, frame) : candidate.call(...values, frame);
  }
  throw noSuchOverload(`${name}(${values.map(typeNameOf).join(", ")})`);
}
