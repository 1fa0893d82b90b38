import type { RE2JS } from "re2js";
import { QueryError } from "../../errors.ts";
import { deepEqual } from "../../values/deep-equal.ts";
import { own } from "../../values/json.ts";
import { parseSemver } from "../../values/semver.ts";
import { matchesWildcard } from "../../values/wildcard.ts";
import { functionError, objectAt, scalarTextAt, textAt } from "../call-arguments.ts";
import type { Call, FunctionSpec } from "../function-spec.ts";
import { compileRegexOf } from "../regex-cache.ts";
import { groupReplacement, replaceMatches } from "../regex-replace.ts";
import { parseSemverRange } from "../semver-range.ts";

const greeting = "'Hello world, helworldlo'";

/** Kyverno's functions that compare a value with a pattern. */
export const patternFunctions: readonly FunctionSpec[] = [
  {
    name: "regex_match",
    parameters: [["string"], ["string", "number"]],
    returns: "bool",
    call: regexMatch,
    examples: [
      ["regex_match('^[0-9]+$', `3`)", true],
      ["regex_match('b', 'abc')", true],
      ["regex_match('(?i)^B', 'abc')", false],
      ["regex_match('^16777216$', `16777217`)", true],
    ],
    errors: [
      ["regex_match('[a', 'b')", "error parsing regexp: missing closing ]: `[a`"],
      ["regex_match('(?=a)', 'a')", "error parsing regexp: invalid or unsupported Perl syntax: `(?=`"],
      [
        "regex_match('a', `null`)",
        'Invalid type for: <nil>, expected: []jmespath.JpType{"string", "number"}',
      ],
    ],
  },
  {
    name: "regex_replace_all",
    parameters: [["string"], ["string", "number"], ["string", "number"]],
    returns: "string",
    call: (call) => regexReplace(call, groupReplacement),
    examples: [
      [`regex_replace_all('([Hh]e|G)l', ${greeting}, '\${2}G')`, "Glo world, Gworldlo"],
      [`regex_replace_all('(?P<first>.)b', 'abab', '\${first}$1$1x$$')`, "aa$aa$"],
      ["regex_replace_all('a*', 'baac', '-')", "-b-c-"],
    ],
    errors: [
      [
        "regex_replace_all('(', 'b', '')",
        "JMESPath function 'regex_replace_all': error parsing regexp: missing closing ): `(`",
      ],
    ],
  },
  {
    name: "regex_replace_all_literal",
    parameters: [["string"], ["string", "number"], ["string", "number"]],
    returns: "string",
    call: (call) => regexReplace(call, (_pattern, text) => () => text),
    examples: [
      [`regex_replace_all_literal('[Hh]el?', ${greeting}, 'G')`, "Glo world, Gworldlo"],
      ["regex_replace_all_literal('.*', '43123', '1313')", "1313"],
      ["regex_replace_all_literal('a', 'a', '$0')", "$0"],
    ],
    errors: [
      [
        "regex_replace_all_literal('*', 'b', '')",
        "JMESPath function 'regex_replace_all_literal': error parsing regexp: missing argument to repetition operator: `*`",
      ],
    ],
  },
  {
    name: "pattern_match",
    parameters: [["string"], ["string", "number"]],
    returns: "bool",
    call: patternMatch,
    examples: [
      ["pattern_match('a*', 'abc')", true],
      ["pattern_match('?', 'ab')", false],
      ["pattern_match('1*', `100`)", true],
    ],
    errors: [
      [
        "pattern_match('a*', `null`)",
        'Invalid type for: <nil>, expected: []jmespath.JpType{"string", "number"}',
      ],
      ["pattern_match(`1`, '1')", 'Invalid type for: 1, expected: []jmespath.JpType{"string"}'],
    ],
  },
  {
    name: "label_match",
    parameters: [["object"], ["object"]],
    returns: "bool",
    call: labelMatch,
    examples: [
      ['label_match(`{"app": "x"}`, `{"app": "x", "b": "y"}`)', true],
      ['label_match(`{"app": "x"}`, `{"b": "y"}`)', false],
      ['label_match(`{"app": {"a": [1]}}`, `{"app": {"a": [1]}}`)', true],
      ["label_match(`{}`, `{}`)", true],
    ],
    errors: [
      ["label_match(`{}`, `null`)", 'Invalid type for: <nil>, expected: []jmespath.JpType{"object"}'],
      ["label_match('a', `{}`)", 'Invalid type for: a, expected: []jmespath.JpType{"object"}'],
    ],
  },
  {
    name: "semver_compare",
    parameters: [["string"], ["string"]],
    returns: "bool",
    call: semverCompare,
    examples: [
      ["semver_compare('4.1.3', '>=4.1.x')", true],
      ["semver_compare('4.1.3', '!4.x.x')", false],
      ["semver_compare('1.8.6', '>1.0.0 <2.0.0')", true],
      ["semver_compare('2.1.5', '<2.0.0 || >=3.0.0')", false],
      ["semver_compare('v1.2.3', '0.0.0')", true],
    ],
    errors: [
      ["semver_compare('1.0.0', 'x')", "Last element in range is '||'"],
      ["semver_compare('1.0.0', '>=a')", 'Could not get version from string: ">=a"'],
      ["semver_compare('1.0.0', '')", "Last element in range is '||'"],
    ],
  },
];

function regexMatch(call: Call): boolean {
  const text = scalarTextAt(call, 1);
  const compiled = compileRegexOf(textAt(call, 0), call.environment.budget);
  if (compiled.kind === "failed") throw new QueryError("failed", compiled.message);
  chargeSearch(compiled.pattern, text, call);
  return compiled.pattern.test(text);
}

function regexReplace(
  call: Call,
  replacementOf: (pattern: RE2JS, text: string) => ReturnType<typeof groupReplacement>,
): string {
  const text = scalarTextAt(call, 1);
  const replacement = scalarTextAt(call, 2);
  const compiled = compileRegexOf(textAt(call, 0), call.environment.budget);
  if (compiled.kind === "failed") throw functionError(call.name, compiled.message);
  const { pattern } = compiled;
  chargeSearch(pattern, text, call);
  return replaceMatches(pattern, text, replacementOf(pattern, replacement), call.environment.budget);
}

/** A search takes time in proportion to the text times the size of the pattern. */
function chargeSearch(pattern: RE2JS, text: string, { environment }: Call): void {
  environment.budget.step(1 + Math.ceil((text.length * pattern.programSize()) / 4096));
}

function patternMatch(call: Call): boolean {
  const pattern = textAt(call, 0);
  return matchesWildcard(pattern, scalarTextAt(call, 1));
}

function labelMatch(call: Call): boolean {
  const labels = objectAt(call, 1);
  const { budget, numbers } = call.environment;
  return Object.entries(objectAt(call, 0)).every(([key, value]) => {
    const other = own(labels, key);
    return other !== undefined && deepEqual(value, other, numbers, budget);
  });
}

const noVersion = parseSemver("0.0.0");

function semverCompare(call: Call): boolean {
  // A text that is no version counts as 0.0.0, as in the original.
  const version = parseSemver(textAt(call, 0)) ?? noVersion;
  return version !== undefined && parseSemverRange(textAt(call, 1))(version);
}
