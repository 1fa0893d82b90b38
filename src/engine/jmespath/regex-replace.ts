import type { RE2JS } from "re2js";
import type { Budget } from "../budget.ts";

type Matcher = ReturnType<RE2JS["matcher"]>;

/** What a match is replaced by. */
export type Replacement = (matcher: Matcher) => string;

/**
 * Replaces every match, by the rules of Go's `ReplaceAll`: matches do not overlap, and an empty match right after
 * another match is none.
 */
export function replaceMatches(
  pattern: RE2JS,
  text: string,
  replacement: Replacement,
  budget: Budget,
): string {
  const matcher = pattern.matcher(text);
  let result = "";
  let lastEnd = 0;
  let from = 0;
  while (from <= text.length && matcher.find(from)) {
    budget.step();
    const start = matcher.start();
    const end = matcher.end();
    result += text.slice(lastEnd, start);
    if (end > lastEnd || start === 0) result += replacement(matcher);
    budget.text(result.length);
    lastEnd = end;
    from = Math.max(end, from + characterWidth(text, from));
  }
  return result + text.slice(lastEnd);
}

function characterWidth(text: string, at: number): number {
  return (text.codePointAt(at) ?? 0) > 0xffff ? 2 : 1;
}

const reference = /\$(?:\$|\{([\p{L}\p{Nd}_]+)\}|([\p{L}\p{Nd}_]+))/gu;

/**
 * A replacement in Go's syntax: `$1`, `${1}`, `$name`, `${name}` are groups, `$$` is a dollar. A name takes all letters,
 * digits and underscores that follow; groups that do not exist or took no part are empty.
 */
export function groupReplacement(pattern: RE2JS, template: string): Replacement {
  const names = pattern.namedGroups();
  const groupCount = pattern.groupCount();
  return (matcher) =>
    template.replace(reference, (whole, braced: string | undefined, bare: string | undefined) => {
      const name = braced ?? bare;
      if (name === undefined) return whole.slice(1);
      const group = groupIndex(name, names);
      return group === undefined || group > groupCount ? "" : (matcher.group(group) ?? "");
    });
}

function groupIndex(name: string, names: Readonly<Record<string, number>>): number | undefined {
  if (/^(?:0|[1-9][0-9]{0,7})$/.test(name)) return Number(name);
  return Object.hasOwn(names, name) ? names[name] : undefined;
}
