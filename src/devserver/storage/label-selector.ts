import { badRequest } from "../errors/api-failure.ts";
import { isObject, listAt, mapAt, textAt } from "../json/json.ts";
import type { JsonObject } from "../json/json.ts";

interface Requirement {
  readonly key: string;
  readonly operator: "in" | "notin" | "exists" | "absent" | "gt" | "lt";
  readonly values: readonly string[];
}

export type LabelSelector = readonly Requirement[];

const name = "[A-Za-z0-9_./-]+";
const setPattern = new RegExp(`^(${name})\\s+(in|notin)\\s+\\(([^()]*)\\)$`);
const equalPattern = new RegExp(`^(${name})\\s*(==|=|!=|>|<)\\s*([A-Za-z0-9_.-]*)$`);

/** Reads `a=b,c in (d,e),!f`. Throws a 400 for anything else. */
export function parseLabelSelector(text: string): LabelSelector {
  return splitOutsideParentheses(text).map((part) => parseRequirement(part, text));
}

function splitOutsideParentheses(text: string): readonly string[] {
  const parts: string[] = [];
  let depth = 0;
  let start = 0;
  for (let i = 0; i <= text.length; i += 1) {
    const char = text[i];
    if (char === "(") depth += 1;
    else if (char === ")") depth -= 1;
    else if (char === undefined || (char === "," && depth === 0)) {
      const part = text.slice(start, i).trim();
      if (part !== "") parts.push(part);
      start = i + 1;
    }
  }
  return parts;
}

function parseRequirement(part: string, whole: string): Requirement {
  const set = setPattern.exec(part);
  if (set !== null) {
    const values = (set[3] ?? "").split(",").map((value) => value.trim());
    return { key: set[1] ?? "", operator: set[2] === "in" ? "in" : "notin", values };
  }
  const equal = equalPattern.exec(part);
  if (equal !== null) {
    const [, key = "", sign = "", value = ""] = equal;
    const operator = sign === "!=" ? "notin" : sign === ">" ? "gt" : sign === "<" ? "lt" : "in";
    return { key, operator, values: [value] };
  }
  const bare = new RegExp(`^(!?)\\s*(${name})$`).exec(part);
  if (bare !== null)
    return { key: bare[2] ?? "", operator: bare[1] === "!" ? "absent" : "exists", values: [] };
  throw badRequest(
    `unable to parse requirement: found ${JSON.stringify(part)} in the selector ${JSON.stringify(whole)}, expected a label, '=', '!=', 'in' or 'notin'`,
  );
}

/** True where the labels meet every requirement. */
export function matchesLabels(selector: LabelSelector, labels: JsonObject): boolean {
  return selector.every(({ key, operator, values }) => {
    const has = Object.hasOwn(labels, key);
    const value = has ? String(labels[key]) : "";
    switch (operator) {
      case "in":
        return has && values.includes(value);
      case "notin":
        return !has || !values.includes(value);
      case "exists":
        return has;
      case "absent":
        return !has;
      case "gt":
        return has && Number(value) > Number(values[0]);
      case "lt":
        return has && Number(value) < Number(values[0]);
    }
    return operator satisfies never;
  });
}

/** True where a LabelSelector of an object (`matchLabels`, `matchExpressions`) selects the labels. */
export function selectorMatches(selector: unknown, labels: JsonObject): boolean {
  const isPlain = isObject(selector) && !("matchLabels" in selector) && !("matchExpressions" in selector);
  const wanted = isPlain ? selector : mapAt(selector, "matchLabels");
  const expressions = listAt(selector, "matchExpressions");
  return (
    Object.entries(wanted).every(([key, value]) => Object.hasOwn(labels, key) && labels[key] === value) &&
    expressions.every((expression) => {
      const operator = operators[textAt(expression, "operator")] ?? "in";
      const values = listAt(expression, "values").map(String);
      return matchesLabels([{ key: textAt(expression, "key"), operator, values }], labels);
    })
  );
}

const operators: Readonly<Record<string, Requirement["operator"]>> = {
  In: "in",
  NotIn: "notin",
  Exists: "exists",
  DoesNotExist: "absent",
};
