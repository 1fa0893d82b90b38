import { noSuchOverload } from "../values/cel-error.ts";
import type { CelError } from "../values/cel-error.ts";
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
  if (candidates.some(({ signature }) => signature.isVariadic))
    return compileAny(name, candidates, argumentCodes);
  if (argumentCodes.length === 1 && first !== undefined) return compileUnary(name, candidates, first);
  if (argumentCodes.length === 2 && first !== undefined && second !== undefined) {
    return compileBinary(name, candidates, first, second);
  }
  return compileAny(name, candidates, argumentCodes);
}

/** Most calls have one or two arguments: they do without lists of values. */
function compileUnary(name: string, candidates: readonly ReadyOverload[], operand: Code): Code {
  return (frame) => {
    const value = operand(frame);
    for (const { guards, cost, call } of candidates) {
      const [guard] = guards;
      if (guard !== undefined && !guard(value)) continue;
      frame.spend(cost === undefined ? 1 : cost(value));
      return call(value, frame);
    }
    throw noMatch(name, [value]);
  };
}

function compileBinary(name: string, candidates: readonly ReadyOverload[], first: Code, second: Code): Code {
  return (frame) => {
    const left = first(frame);
    const right = second(frame);
    for (const { guards, cost, call } of candidates) {
      const leftGuard = guards[0];
      if (leftGuard !== undefined && !leftGuard(left)) continue;
      const rightGuard = guards[1];
      if (rightGuard !== undefined && !rightGuard(right)) continue;
      frame.spend(cost === undefined ? 1 : cost(left, right));
      return call(left, right, frame);
    }
    throw noMatch(name, [left, right]);
  };
}

function compileAny(
  name: string,
  candidates: readonly ReadyOverload[],
  argumentCodes: readonly Code[],
): Code {
  return (frame) =>
    invoke(
      name,
      candidates,
      argumentCodes.map((code) => code(frame)),
      frame,
    );
}

/** Functions whose overloads are chosen in one place in cel-go, which then names no types. */
const bareNames: ReadonlySet<string> = new Set(["size", "sort"]);

function noMatch(name: string, values: readonly CelValue[]): CelError {
  if (bareNames.has(name)) return noSuchOverload(name);
  if (name === "findAll") return noSuchOverload();
  return noSuchOverload(`${name}(${values.map(typeNameOf).join(", ")})`);
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
  throw noMatch(name, values);
}
