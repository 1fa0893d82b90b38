import type { RuleStatus } from "#engine/response.ts";
import type { Json } from "#engine/values/json.ts";

import { inlineJson } from "./inline-json.ts";
import type { ConditionExplanation, ConditionsExplanation } from "./explanation.ts";

/** One line for people; the word before the text may have a colour. */
export interface TextLine {
  /** Levels of two characters. */
  readonly indent: number;
  readonly text: string;
  readonly word?: RuleStatus | "none" | "yes" | "no" | "?";
}

const maxText = 160;

export function line(indent: number, text: string): TextLine {
  return { indent, text };
}

/** A line that begins with an answer. */
export function yesOrNo(indent: number, holds: boolean | undefined, text: string): TextLine {
  return { indent, text, word: holds === undefined ? "?" : holds ? "yes" : "no" };
}

/** A value on one line. */
export function shortText(value: Json | undefined): string {
  if (value === undefined) return "nothing";
  const text = inlineJson(value);
  return text.length <= maxText ? text : `${text.slice(0, maxText - 1)}…`;
}

/** Each condition of the block at `root` with both sides evaluated, and how they are written where that is not the same. */
export function conditionLines(
  { conditions, error: whole }: ConditionsExplanation,
  root: string,
  indent: number,
): readonly TextLine[] {
  const told = conditions.some(({ error }) => error !== undefined);
  return [
    ...(whole === undefined || told ? [] : [line(indent, whole)]),
    ...conditions.flatMap((condition) => conditionLine(condition, root, indent)),
  ];
}

function conditionLine(condition: ConditionExplanation, root: string, indent: number): readonly TextLine[] {
  const { path, operator, key, value, evaluatedKey, evaluatedValue, holds, error } = condition;
  const [left, right] = [shortText(evaluatedKey ?? key), shortText(evaluatedValue ?? value)];
  return [
    yesOrNo(indent, holds, `${pathWithin(path, root)}: ${left} ${operator} ${right}`),
    ...(error === undefined ? [] : [line(indent + 2, error)]),
    ...writtenLine("key", key, evaluatedKey, indent),
    ...writtenLine("value", value, evaluatedValue, indent),
  ];
}

/** A path without the part that stands above it already. */
export function pathWithin(path: string, root: string): string {
  const at = path.lastIndexOf(root);
  const rest = at < 0 ? "" : path.slice(at + root.length);
  return /^[.[]/.test(rest) ? rest.replace(/^\./, "") : path;
}

function writtenLine(
  side: keyof ConditionExplanation & ("key" | "value"),
  written: Json,
  evaluated: Json | undefined,
  indent: number,
): readonly TextLine[] {
  if (evaluated === undefined || JSON.stringify(written) === JSON.stringify(evaluated)) return [];
  const text = typeof written === "string" ? written : shortText(written);
  return [line(indent + 2, `${side} ${text} is ${shortText(evaluated)}`)];
}
