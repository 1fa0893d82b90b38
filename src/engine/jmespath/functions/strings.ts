import { compareText } from "../../values/go-format.ts";
import { functionError, textAt, wholeNumberAt } from "../call-arguments.ts";
import type { Call, FunctionSpec } from "../function-spec.ts";
import { cleanPath } from "../clean-path.ts";
import { foldCase, lowerCase, upperCase } from "../letter-case.ts";

const ipsum = "'Lorem ipsum ipsum ipsum dolor', 'ipsum', 'muspi'";

/** Kyverno's functions on texts. */
export const stringFunctions: readonly FunctionSpec[] = [
  {
    name: "compare",
    parameters: [["string"], ["string"]],
    returns: "number",
    // The one result that is an int64: in a live object's document it equals no literal.
    call: (call) => Math.sign(compareText(textAt(call, 0), textAt(call, 1))),
    examples: [
      ["compare('a', 'b')", -1],
      ["compare('b', 'a')", 1],
      ["compare('a', 'a')", 0],
    ],
    errors: [["compare('a', `1`)", 'Invalid type for: 1, expected: []jmespath.JpType{"string"}']],
  },
  {
    name: "equal_fold",
    parameters: [["string"], ["string"]],
    returns: "bool",
    call: (call) => foldCase(textAt(call, 0)) === foldCase(textAt(call, 1)),
    examples: [
      ["equal_fold('Go', 'GO')", true],
      ["equal_fold('Σ', 'ς')", true],
      ["equal_fold('ß', 'ss')", false],
    ],
    errors: [["equal_fold(`null`, 'a')", 'Invalid type for: <nil>, expected: []jmespath.JpType{"string"}']],
  },
  {
    name: "replace",
    parameters: [["string"], ["string"], ["string"], ["number"]],
    returns: "string",
    call: (call) => replace(call, wholeNumberAt(call, 3)),
    examples: [
      [`replace(${ipsum}, \`1\`)`, "Lorem muspi ipsum ipsum dolor"],
      [`replace(${ipsum}, \`2.9\`)`, "Lorem muspi muspi ipsum dolor"],
      [`replace(${ipsum}, \`-1\`)`, "Lorem muspi muspi muspi dolor"],
      ["replace('aa', '', '-', `2`)", "-a-a"],
    ],
    errors: [["replace('a', 'b', 'c', '1')", 'Invalid type for: 1, expected: []jmespath.JpType{"number"}']],
  },
  {
    name: "replace_all",
    parameters: [["string"], ["string"], ["string"]],
    returns: "string",
    call: (call) => replace(call, -1),
    examples: [
      [`replace_all(${ipsum})`, "Lorem muspi muspi muspi dolor"],
      ["replace_all('aa', '', '-')", "-a-a-"],
      ["replace_all('a', 'a', '$&')", "$&"],
    ],
    errors: [["replace_all('a', 'b', `1`)", 'Invalid type for: 1, expected: []jmespath.JpType{"string"}']],
  },
  {
    name: "to_upper",
    parameters: [["string"]],
    returns: "string",
    call: (call) => upperCase(textAt(call, 0)),
    examples: [
      ["to_upper('a#%&123Bc')", "A#%&123BC"],
      ["to_upper('straße')", "STRAßE"],
    ],
    errors: [
      ["to_upper(`5`)", 'Invalid type for: 5, expected: []jmespath.JpType{"string"}'],
      ["to_upper('a', 'b')", "incorrect number of args"],
    ],
  },
  {
    name: "to_lower",
    parameters: [["string"]],
    returns: "string",
    call: (call) => lowerCase(textAt(call, 0)),
    examples: [
      ["to_lower('A#%&123Bc')", "a#%&123bc"],
      ["to_lower('ΑΣ')", "ασ"],
    ],
    errors: [["to_lower(`null`)", 'Invalid type for: <nil>, expected: []jmespath.JpType{"string"}']],
  },
  {
    name: "trim",
    parameters: [["string"], ["string"]],
    returns: "string",
    call: trim,
    examples: [
      ["trim('¡¡¡Hello, Gophers!!!', '!¡')", "Hello, Gophers"],
      ["trim('aba', 'ab')", ""],
    ],
    errors: [["trim('a', `1`)", 'Invalid type for: 1, expected: []jmespath.JpType{"string"}']],
  },
  {
    name: "trim_prefix",
    parameters: [["string"], ["string"]],
    returns: "string",
    call: trimPrefix,
    examples: [
      ["trim_prefix('vv1.2', 'v')", "v1.2"],
      ["trim_prefix('1.2', 'v')", "1.2"],
    ],
    errors: [["trim_prefix(`1`, 'a')", 'Invalid type for: 1, expected: []jmespath.JpType{"string"}']],
  },
  {
    name: "split",
    parameters: [["string"], ["string"]],
    returns: "array[string]",
    call: split,
    examples: [
      ["split('Hello, Gophers', ', ')", ["Hello", "Gophers"]],
      ["split('a😀', '')", ["a", "😀"]],
      ["split('', ',')", [""]],
    ],
    errors: [["split(`null`, ',')", 'Invalid type for: <nil>, expected: []jmespath.JpType{"string"}']],
  },
  {
    name: "to_boolean",
    parameters: [["string"]],
    returns: "bool",
    call: toBoolean,
    examples: [
      ["to_boolean('TruE')", true],
      ["to_boolean('FALSE')", false],
    ],
    errors: [
      [
        "to_boolean('x')",
        "JMESPath function 'to_boolean': lowercase argument must be 'true' or 'false' (provided: 'x')",
      ],
      ["to_boolean(`true`)", 'Invalid type for: true, expected: []jmespath.JpType{"string"}'],
    ],
  },
  {
    name: "truncate",
    parameters: [["string"], ["number"]],
    returns: "string",
    call: truncate,
    examples: [
      ["truncate('Lorem ipsum', `2.6`)", "Lo"],
      ["truncate('😀😀😀', `2`)", "😀😀"],
      ["truncate('a', `-1`)", ""],
      ["truncate('a', `9`)", "a"],
    ],
    errors: [["truncate('a', '1')", 'Invalid type for: 1, expected: []jmespath.JpType{"number"}']],
  },
  {
    name: "path_canonicalize",
    parameters: [["string"]],
    returns: "string",
    call: (call) => cleanPath(textAt(call, 0)),
    examples: [
      ["path_canonicalize('/var/run///containerd////')", "/var/run/containerd"],
      ["path_canonicalize('/run/../etc')", "/etc"],
      ["path_canonicalize('/../../')", "/"],
      ["path_canonicalize('a/./../../b')", "../b"],
      ["path_canonicalize('')", ""],
    ],
    errors: [["path_canonicalize(`1`)", 'Invalid type for: 1, expected: []jmespath.JpType{"string"}']],
  },
];

/** Replaces the first `count` occurrences, all where it is negative. */
function replace(call: Call, count: number): string {
  const text = textAt(call, 0);
  const wanted = textAt(call, 1);
  const replacement = textAt(call, 2);
  if (wanted === "") return intersperse(call, text, replacement, count);
  const pieces = splitText(text, wanted, call);
  const replaced = count < 0 ? pieces.length - 1 : Math.min(count, pieces.length - 1);
  call.environment.budget.text(text.length + replaced * replacement.length);
  const head = pieces.slice(0, replaced + 1).join(replacement);
  return [head, ...pieces.slice(replaced + 1)].join(wanted);
}

/** An empty text occurs before every character and at the end. */
function intersperse(call: Call, text: string, inserted: string, count: number): string {
  const all = characters(text, call);
  const places = count < 0 ? all.length + 1 : Math.min(count, all.length + 1);
  call.environment.budget.text(text.length + places * inserted.length);
  const parts = all.map((character, index) => (index < places ? inserted + character : character));
  return parts.join("") + (places > all.length ? inserted : "");
}

function trim(call: Call): string {
  const text = textAt(call, 0);
  const set = new Set(textAt(call, 1));
  const all = characters(text, call);
  let start = 0;
  let end = all.length;
  while (start < end && set.has(all[start] ?? "")) start += 1;
  while (end > start && set.has(all[end - 1] ?? "")) end -= 1;
  return all.slice(start, end).join("");
}

function trimPrefix(call: Call): string {
  const text = textAt(call, 0);
  const prefix = textAt(call, 1);
  return text.startsWith(prefix) ? text.slice(prefix.length) : text;
}

function split(call: Call): readonly string[] {
  const text = textAt(call, 0);
  const separator = textAt(call, 1);
  return separator === "" ? characters(text, call) : splitText(text, separator, call);
}

function characters(text: string, call: Call): readonly string[] {
  call.environment.budget.step(text.length >> 2);
  return Array.from(text);
}

/** `text.split(separator)`, counted before anything is built. */
function splitText(text: string, separator: string, call: Call): readonly string[] {
  let count = 1;
  for (let at = text.indexOf(separator); at >= 0; at = text.indexOf(separator, at + separator.length)) {
    count += 1;
  }
  call.environment.budget.step(count);
  return text.split(separator);
}

function toBoolean(call: Call): boolean {
  const text = textAt(call, 0);
  const lower = lowerCase(text);
  if (lower === "true") return true;
  if (lower === "false") return false;
  throw functionError(call.name, `lowercase argument must be 'true' or 'false' (provided: '${text}')`);
}

function truncate(call: Call): string {
  const text = textAt(call, 0);
  const length = Math.max(0, wholeNumberAt(call, 1));
  return text.length <= length ? text : characters(text, call).slice(0, length).join("");
}
