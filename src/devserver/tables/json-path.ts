import { isObject } from "../json/json.ts";

type Step =
  | { readonly kind: "field"; readonly name: string }
  | { readonly kind: "index"; readonly index: number }
  | { readonly kind: "all" }
  | {
      readonly kind: "filter";
      readonly path: readonly string[];
      readonly operator: string;
      readonly value: string;
    };

/** A path of the form that printer columns use: `.a.b`, `['x\.y']`, `[0]`, `[*]`, `[?(@.type=="Ready")]`. */
export function compileJsonPath(text: string): (value: unknown) => readonly unknown[] {
  const steps = parseSteps(text.replace(/^\{|\}$/g, ""));
  return (root) =>
    steps.reduce<readonly unknown[]>((values, step) => values.flatMap((v) => take(v, step)), [root]);
}

function take(value: unknown, step: Step): readonly unknown[] {
  switch (step.kind) {
    case "field":
      return isObject(value) && Object.hasOwn(value, step.name) ? [value[step.name]] : [];
    case "index": {
      if (!Array.isArray(value)) return [];
      const item: unknown = value.at(step.index);
      return item === undefined ? [] : [item];
    }
    case "all":
      if (Array.isArray(value)) return value as readonly unknown[];
      return isObject(value) ? Object.values(value) : [];
    case "filter":
      break;
  }
  if (!Array.isArray(value)) return [];
  return value.filter((item: unknown) => {
    const found = step.path.reduce<unknown>((v, name) => (isObject(v) ? v[name] : undefined), item);
    if (step.operator === "") return found !== undefined;
    return (String(found) === step.value) === (step.operator === "==");
  });
}

const patterns: readonly (readonly [RegExp, (match: RegExpExecArray) => Step])[] = [
  [/^\[\s*(['"])((?:\\.|(?!\1).)*)\1\s*\]/, (m) => ({ kind: "field", name: unescape(m[2] ?? "") })],
  [/^\[(-?\d+)\]/, (m) => ({ kind: "index", index: Number(m[1]) })],
  [/^(\[\*\]|\.\*)/, () => ({ kind: "all" })],
  [
    /^\[\?\(\s*@\.([\w.-]+)\s*(?:(==|!=)\s*(['"]?)(.*?)\3)?\s*\)\]/,
    (m) => ({ kind: "filter", path: (m[1] ?? "").split("."), operator: m[2] ?? "", value: m[4] ?? "" }),
  ],
  [/^\.((?:\\.|[^.[\]\\])+)/, (m) => ({ kind: "field", name: unescape(m[1] ?? "") })],
];

function unescape(text: string): string {
  return text.replace(/\\(.)/g, "$1");
}

function parseSteps(text: string): readonly Step[] {
  const steps: Step[] = [];
  let rest = text.startsWith(".") || text.startsWith("[") ? text : `.${text}`;
  while (rest !== "") {
    let found = false;
    for (const [pattern, build] of patterns) {
      const match = pattern.exec(rest);
      if (match === null) continue;
      steps.push(build(match));
      rest = rest.slice(match[0].length);
      found = true;
      break;
    }
    // A path that nobody can read finds nothing.
    if (!found) return [{ kind: "field", name: "" }];
  }
  return steps;
}
