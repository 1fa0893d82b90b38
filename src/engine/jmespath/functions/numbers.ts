import { floatOf } from "../../values/json.ts";
import { floatResult, listAt, numberAt } from "../call-arguments.ts";
import type { Call, FunctionSpec } from "../function-spec.ts";

/** Functions of the specification on numbers. */
export const numberFunctions: readonly FunctionSpec[] = [
  {
    name: "abs",
    parameters: [["number"]],
    returns: "number",
    call: (call) => floatResult(Math.abs(numberAt(call, 0)), call),
    examples: [["abs(`-1.5`)", 1.5]],
    errors: [
      ["abs('1')", 'Invalid type for: 1, expected: []jmespath.JpType{"number"}'],
      ["abs(`null`)", 'Invalid type for: <nil>, expected: []jmespath.JpType{"number"}'],
    ],
  },
  {
    name: "ceil",
    parameters: [["number"]],
    returns: "number",
    call: (call) => floatResult(Math.ceil(numberAt(call, 0)), call),
    examples: [["ceil(`1.2`)", 2]],
    errors: [["ceil('1')", 'Invalid type for: 1, expected: []jmespath.JpType{"number"}']],
  },
  {
    name: "floor",
    parameters: [["number"]],
    returns: "number",
    call: (call) => floatResult(Math.floor(numberAt(call, 0)), call),
    examples: [["floor(`1.8`)", 1]],
    errors: [["floor(`[1]`)", 'Invalid type for: [1], expected: []jmespath.JpType{"number"}']],
  },
  {
    name: "avg",
    parameters: [["array[number]"]],
    returns: "number",
    call: (call) => floatResult(average(numbersAt(call, 0)), call),
    examples: [
      ["avg(`[1, 2, 6]`)", 3],
      ["to_string(avg(`[]`) == avg(`[]`))", "false"],
    ],
    errors: [
      ['avg(`[1, "a"]`)', 'Invalid type for: [1 a], expected: []jmespath.JpType{"array[number]"}'],
      ["avg(`null`)", 'Invalid type for: <nil>, expected: []jmespath.JpType{"array[number]"}'],
    ],
  },
];

/** The float64 members of a list of numbers. */
function numbersAt(call: Call, index: number): readonly number[] {
  return listAt(call, index).map((item) => floatOf(item, call.environment.numbers) ?? Number.NaN);
}

function average(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0) / numbers.length;
}
