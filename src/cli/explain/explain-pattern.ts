import type { RuleContext } from "#engine/context/rule-context.ts";
import type { EvaluationInput } from "#engine/input.ts";
import { parseAnchor } from "#engine/pattern/anchor.ts";
import { compilePattern, matchPattern } from "#engine/pattern/match-pattern.ts";
import type { PatternMiss, PatternNeed } from "#engine/pattern/mismatch.ts";
import { isList, isObject } from "#engine/values/json.ts";
import type { Json, NumberMode } from "#engine/values/json.ts";
import { compileTemplate } from "#engine/variables/template.ts";

import { cappedValue, fieldPath } from "./capped-value.ts";
import { attempt } from "./explain-conditions.ts";
import { inlineJson } from "./inline-json.ts";
import type { CheckExplanation, MissExplanation, PatternExplanation } from "./explanation.ts";

/** What a pattern is held against, and the document that its variables see. */
export interface PatternSubject {
  /** The object, or the element of a foreach. */
  readonly value: Json;
  readonly input: EvaluationInput;
  readonly context: RuleContext;
}

/** Where `pattern` does not match. May throw `BudgetExceeded` and a `Suspension`. */
export function explainPattern(pattern: Json, path: string, subject: PatternSubject): PatternExplanation {
  const rendered = attempt(() => compileTemplate(pattern).render(subject.context));
  if (!rendered.ok)
    return {
      kind: "pattern",
      path,
      pattern: cappedValue(pattern),
      result: "error",
      misses: [],
      error: rendered.error,
    };
  return matched(rendered.value, path, subject, subject.input.numbers);
}

/** Where each of `anyPattern` does not match. */
export function explainAnyPattern(patterns: Json, path: string, subject: PatternSubject): CheckExplanation {
  const rendered = attempt(() => compileTemplate(patterns).render(subject.context));
  if (!rendered.ok) return { kind: "anyPattern", path, patterns: [], error: rendered.error };
  const list = isList(rendered.value) ? rendered.value : [];
  return {
    kind: "anyPattern",
    path,
    patterns: list.map((pattern, index) => matched(pattern, `${path}[${index}]`, subject, "float64")),
  };
}

function matched(
  rendered: Json,
  path: string,
  { value, input }: PatternSubject,
  numbers: NumberMode,
): PatternExplanation {
  const misses: PatternMiss[] = [];
  const result = matchPattern(compilePattern(rendered, { numbers }), value, {
    numbers: input.numbers,
    budget: input.budget,
    trace: (miss) => misses.push(miss),
  });
  const head = { kind: "pattern", path, pattern: cappedValue(rendered) } as const;
  const describe = (miss: PatternMiss): MissExplanation => missOf(miss, rendered);
  switch (result.kind) {
    case "pass":
      return { ...head, result: "pass", misses: [] };
    case "skip":
      return { ...head, result: "skip", misses: unique(misses.map(describe)) };
    case "fail":
      return { ...head, result: "fail", misses: misses.slice(-1).map(describe) };
    case "error":
      return { ...head, result: "error", misses: misses.slice(-1).map(describe), error: result.message };
    default:
      return result satisfies never;
  }
}

function unique(misses: readonly MissExplanation[]): readonly MissExplanation[] {
  return [...new Map(misses.map((miss) => [`${miss.path} ${miss.wanted}`, miss])).values()];
}

function missOf({ keys, need, found }: PatternMiss, pattern: Json): MissExplanation {
  const wanted = neededText(need, patternAt(pattern, keys));
  return { path: fieldPath(keys), wanted, ...(found === undefined ? {} : { found: cappedValue(found) }) };
}

function neededText(need: PatternNeed, pattern: Json | undefined): string {
  const text = pattern === undefined ? "" : ` ${inlineJson(cappedValue(pattern))}`;
  switch (need.kind) {
    case "value":
      return inlineJson(cappedValue(need.pattern));
    case "present":
      return "any value";
    case "key":
      return "the field, without which the pattern does not apply";
    case "absent":
      return "no such field";
    case "object":
      return text === "" ? "an object" : `an object that matches${text}`;
    case "list":
      return text === "" ? "a list" : `a list that matches${text}`;
    case "elements":
      return `a list of ${need.count} elements or more`;
    case "someElement":
      return text === "" ? "an element that matches" : `an element for each of${text}`;
    case "impossible":
      return "what nothing can be: the pattern is wrong here";
    default:
      return need satisfies never;
  }
}

/** The part of a pattern that a place in the object was held against; undefined where keys have wildcards. */
function patternAt(pattern: Json, keys: readonly (string | number)[]): Json | undefined {
  return keys.reduce<Json | undefined>((part, key) => {
    // The first element stands for all, unless it is a list itself.
    if (typeof key === "number") return isList(part) ? (isList(part[0]) ? part[key] : part[0]) : undefined;
    if (!isObject(part)) return undefined;
    return Object.entries(part).find(([name]) => (parseAnchor(name)?.key ?? name) === key)?.[1];
  }, pattern);
}
