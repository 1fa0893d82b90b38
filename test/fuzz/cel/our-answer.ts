import { BudgetExceeded } from "#engine/budget.ts";
import { celEnvironment, extendEnvironment } from "#engine/cel/compile/environment.ts";
import { policyLibraries } from "#engine/cel/libraries.ts";
import { compileCel } from "#engine/cel/program.ts";
import type { CelProgram } from "#engine/cel/program.ts";
import { dynType } from "#engine/cel/types/cel-type.ts";
import { typeText } from "#engine/cel/types/type-text.ts";
import { isListValue, typeNameOf, Uint } from "#engine/cel/values/cel-value.ts";
import type { CelValue } from "#engine/cel/values/cel-value.ts";
import { isMapValue, mapEntries } from "#engine/cel/values/map-access.ts";
import { doubleNumber, isDoubleValue } from "#engine/cel/values/numbers.ts";
import { Bytes, Duration, OptionalValue, Timestamp, TypeValue } from "#engine/cel/values/objects.ts";

/** What one of the two engines makes of an expression. */
export interface FuzzAnswer {
  readonly issue?: string;
  readonly type?: string;
  readonly value?: string;
  readonly error?: string;
  readonly cost: number;
}

/** The API server's environment, as the second engine has it: without Kyverno's functions and its `orValue`. */
const environment = extendEnvironment(
  celEnvironment({
    variables: {},
    libraries: policyLibraries,
    mixesLiterals: false,
    checksLiterals: true,
  }),
  { object: dynType },
);

/** Compiles and evaluates an expression for an object. */
export function ourAnswer(text: string, object: CelValue): FuzzAnswer {
  const compiled = compileCel(text, environment);
  if (compiled.kind === "failed") return { issue: compiled.issue.message, cost: 0 };
  return evaluate(compiled.program, object);
}

function evaluate(program: CelProgram, object: CelValue): FuzzAnswer {
  const type = typeText(program.type).replaceAll(" ", "");
  const get = (name: string): CelValue | undefined => (name === "object" ? object : undefined);
  try {
    const result = program.evaluate({ get }, { nowMs: 0, seed: 1 });
    return result.kind === "error"
      ? { type, error: result.message, cost: result.cost }
      : { type, value: valueText(result.value), cost: result.cost };
  } catch (error) {
    if (!(error instanceof BudgetExceeded)) throw error;
    return { type, error: error.message, cost: 0 };
  }
}

/** One text for each value: equal texts are equal values of equal types. */
function valueText(value: CelValue): string {
  if (isListValue(value)) return `[${value.map(valueText).join(",")}]`;
  if (isMapValue(value)) {
    const entries = Array.from(mapEntries(value), ([key, item]) => `${valueText(key)}:${valueText(item)}`);
    return `{${entries.sort((left, right) => (Buffer.from(left) < Buffer.from(right) ? -1 : 1)).join(",")}}`;
  }
  if (isDoubleValue(value)) return doubleText(doubleNumber(value));
  if (typeof value === "string") return JSON.stringify(value);
  if (typeof value === "number" || typeof value === "bigint") return `i${value}`;
  if (typeof value === "boolean" || value === null) return String(value);
  return objectText(value);
}

function doubleText(value: number): string {
  if (Number.isNaN(value)) return "dNaN";
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, value);
  return `d${view.getBigUint64(0).toString(16).padStart(16, "0")}`;
}

function objectText(value: CelValue): string {
  if (value instanceof Uint) return `u${value.value}`;
  if (value instanceof Bytes) return `b${Buffer.from(value.value).toString("base64")}`;
  if (value instanceof Duration) return `D${value.nanoseconds}`;
  if (value instanceof Timestamp) {
    const rest = ((value.nanoseconds % 1_000_000_000n) + 1_000_000_000n) % 1_000_000_000n;
    return `T${(value.nanoseconds - rest) / 1_000_000_000n}.${String(rest).padStart(9, "0")}`;
  }
  if (value instanceof OptionalValue)
    return value.value === undefined ? "o()" : `o(${valueText(value.value)})`;
  return value instanceof TypeValue ? `t:${value.name}` : `q:${typeNameOf(value)}`;
}
