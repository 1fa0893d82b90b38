import type { Budget } from "../budget.ts";
import { parseOperator } from "../pattern/operator.ts";
import { compileStringPattern } from "../pattern/string-pattern.ts";
import { formatValue } from "../values/go-format.ts";
import { isList, isObject } from "../values/json.ts";
import type { Json } from "../values/json.ts";
import { compileWildcard, hasWildcard, matchesWildcard } from "../values/wildcard.ts";
import type { ConditionOperator, OperatorEnvironment } from "./condition-operator.ts";
import { parseTextArray } from "./text-array.ts";

/** How the answers for the items of a key become one; `anyNot` and `allNot` look for items that are not in the value. */
type Quantifier = "any" | "all" | "anyNot" | "allNot";

export const anyIn: ConditionOperator = membership("any");
export const allIn: ConditionOperator = membership("all");
export const anyNotIn: ConditionOperator = membership("anyNot");
export const allNotIn: ConditionOperator = membership("allNot");

/**
 * Everything is compared as text, with wildcards. A key that is null or an object, and a value that is no set, make
 * every one of these operators false.
 */
function membership(quantifier: Quantifier): ConditionOperator {
  const isNegated = quantifier === "anyNot" || quantifier === "allNot";
  return (key, value, environment) => {
    if (key === null || isObject(key)) return false;
    if (!isList(key)) {
      const text = formatValue(key, environment.numbers, environment.budget);
      const isIn = isMember(text, value, environment);
      return isIn !== undefined && isIn !== isNegated;
    }
    const items = textsOf(key, environment);
    if (typeof value === "string" && items.length === 1 && items[0] === value) return !isNegated;
    if (typeof value === "string" && parseOperator(value).kind === "inRange") {
      return itemsInRange(items, value, quantifier, environment);
    }
    const set = setOf(value, quantifier, environment);
    if (set === undefined) return false;
    const members = set.map(memberOf);
    return quantify[quantifier](items, (item) => isOneOf(item, members, environment.budget));
  };
}

const quantify: Readonly<
  Record<Quantifier, (items: readonly string[], isIn: (item: string) => boolean) => boolean>
> = {
  any: (items, isIn) => items.some(isIn),
  all: (items, isIn) => items.every(isIn),
  anyNot: (items, isIn) => !items.every(isIn),
  allNot: (items, isIn) => !items.some(isIn),
};

/** Whether a scalar key is in the value; undefined where the value is no set. A text value is a wildcard first of all. */
function isMember(key: string, value: Json, environment: OperatorEnvironment): boolean | undefined {
  if (isList(value)) return isOneOf(key, textsOf(value, environment).map(memberOf), environment.budget);
  if (typeof value !== "string") return undefined;
  if (matchesWildcard(value, key)) return true;
  if (parseOperator(value).kind === "inRange") {
    return compileStringPattern(value)(key, environment.numbers);
  }
  const array = parseTextArray(value);
  if (array.kind === "otherJson") return undefined;
  return array.kind === "texts" && array.texts.includes(key);
}

/** `AnyNotIn` turns the range inside out at its first `-`, which a negative lower end breaks. */
function itemsInRange(
  items: readonly string[],
  range: string,
  quantifier: Quantifier,
  { numbers, budget }: OperatorEnvironment,
): boolean {
  budget.step(items.length);
  if (quantifier === "anyNot") {
    const outside = compileStringPattern(range.replace("-", "!-"));
    return items.some((item) => outside(item, numbers));
  }
  const inside = compileStringPattern(range);
  return quantify[quantifier](items, (item) => inside(item, numbers));
}

/** The texts of a value for a list as key. `AnyIn` and `AnyNotIn` also take a number for a set of one. */
function setOf(
  value: Json,
  quantifier: Quantifier,
  environment: OperatorEnvironment,
): readonly string[] | undefined {
  if (isList(value)) return textsOf(value, environment);
  if (typeof value === "string") {
    const array = parseTextArray(value);
    if (array.kind === "otherJson") return undefined;
    return array.kind === "texts" ? array.texts : [value];
  }
  if (value === null || isObject(value)) return undefined;
  return quantifier === "any" || quantifier === "anyNot" ? textsOf([value], environment) : undefined;
}

function textsOf(items: readonly Json[], { numbers, budget }: OperatorEnvironment): readonly string[] {
  return items.map((item) => formatValue(item, numbers, budget));
}

/** A text of the value; wildcards are compiled once, not for every item. */
interface Member {
  readonly text: string;
  readonly matches: ((item: string) => boolean) | undefined;
}

function memberOf(text: string): Member {
  return { text, matches: hasWildcard(text) ? compileWildcard(text) : undefined };
}

/** Either side may be the wildcard. */
function isOneOf(item: string, members: readonly Member[], budget: Budget): boolean {
  const matchesItem = memberOf(item).matches;
  const steps = 1 + (item.length >> 8);
  return members.some(({ text, matches }) => {
    budget.step(steps);
    return text === item || matches?.(item) === true || matchesItem?.(text) === true;
  });
}
