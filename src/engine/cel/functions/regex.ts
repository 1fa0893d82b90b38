import type { RE2JS } from "re2js";
import { matchCost } from "../compile/sizes.ts";
import { CelError } from "../values/cel-error.ts";
import { noValue, OptionalValue } from "../values/objects.ts";
import type { CallContext, FunctionSpec, Library } from "./function-spec.ts";
import { compiledPattern, countSearch } from "./patterns.ts";

type Int = number | bigint;
type Matcher = ReturnType<RE2JS["matcher"]>;

/** Every match, by Go's rules: matches do not overlap, and an empty one right after another is none. */
function* matchesOf(pattern: RE2JS, text: string, context: CallContext): Generator<Matcher> {
  const matcher = pattern.matcher(text);
  let lastEnd = -1;
  const find = (from: number): boolean => {
    countSearch(pattern, text.length - from, context);
    return matcher.find(from);
  };
  for (let from = 0; from <= text.length && find(from);) {
    const start = matcher.start();
    const end = matcher.end();
    if (end > start || start !== lastEnd) yield matcher;
    lastEnd = end;
    from = end > start ? end : end + ((text.codePointAt(end) ?? 0) > 0xffff ? 2 : 1);
  }
}

function singleGroup(text: string): RE2JS {
  const pattern = compiledPattern(text);
  if (pattern.groupCount() > 1) {
    throw new CelError(`regular expression has more than one capturing group: ${JSON.stringify(text)}`);
  }
  return pattern;
}

function extract(text: string, regex: string, context: CallContext): OptionalValue {
  const pattern = singleGroup(regex);
  countSearch(pattern, text.length, context);
  const matcher = pattern.matcher(text);
  if (!matcher.find()) return noValue;
  if (pattern.groupCount() === 0) return new OptionalValue(matcher.group() ?? "");
  const group = matcher.group(1) ?? "";
  return group === "" ? noValue : new OptionalValue(group);
}

function extractAll(text: string, regex: string, context: CallContext): readonly string[] {
  const pattern = singleGroup(regex);
  const group = pattern.groupCount();
  const found: string[] = [];
  for (const matcher of matchesOf(pattern, text, context)) {
    const part = matcher.group(group) ?? "";
    if (group === 0 || part !== "") found.push(part);
  }
  return found;
}

function replacementText(matcher: Matcher, template: string, groupCount: number): string {
  return template.replaceAll(/\\(.?)/gsu, (_, letter: string) => {
    if (letter === "\\") return "\\";
    if (letter === "") {
      throw new CelError(`invalid replacement string: '${template}' \\ not allowed at end`);
    }
    if (!/^[0-9]$/.test(letter)) {
      throw new CelError(`invalid replacement string: '${template}' \\ must be followed by a digit or \\`);
    }
    if (Number(letter) > groupCount) {
      throw new CelError(
        `replacement string references group ${letter} but regex has only ${groupCount} group(s)`,
      );
    }
    return matcher.group(Number(letter)) ?? "";
  });
}

function replace(text: string, regex: string, template: string, count: Int, context: CallContext): string {
  const pattern = compiledPattern(regex);
  if (count === 0) return text;
  let result = "";
  let lastEnd = 0;
  let replaced = 0;
  for (const matcher of matchesOf(pattern, text, context)) {
    if (count > 0 && replaced >= count) break;
    result += text.slice(lastEnd, matcher.start()) + replacementText(matcher, template, pattern.groupCount());
    context.work(template.length);
    lastEnd = matcher.end();
    replaced++;
  }
  return result + text.slice(lastEnd);
}

/** The regex extension of cel-go. */
export const regexLibrary: Library = {
  name: "regex",
  functions: [
    {
      name: "regex.extract",
      source: "cel-go, regex extension",
      overloads: [
        { signature: "regex.extract(string, string): optional(string)", call: extract, cost: matchCost },
      ],
      examples: [
        ["regex.extract('hello world', 'hello (.*)').value()", "'world'"],
        [
          "regex.extract('a', '(a)(b)')",
          { error: 'regular expression has more than one capturing group: "(a)(b)"' },
        ],
      ],
    },
    {
      name: "regex.extractAll",
      source: "cel-go, regex extension",
      overloads: [
        { signature: "regex.extractAll(string, string): list(string)", call: extractAll, cost: matchCost },
      ],
      examples: [
        ["regex.extractAll('id:1, id:2', 'id:([0-9])')", "['1', '2']"],
        [
          "regex.extractAll('a', '(a)(b)')",
          { error: 'regular expression has more than one capturing group: "(a)(b)"' },
        ],
      ],
    },
    {
      name: "regex.replace",
      source: "cel-go, regex extension",
      overloads: [
        {
          signature: "regex.replace(string, string, string): string",
          call: (text: string, regex: string, template: string, context: CallContext) =>
            replace(text, regex, template, -1, context),
          cost: matchCost,
        },
        {
          signature: "regex.replace(string, string, string, int): string",
          call: replace,
          cost: matchCost,
        },
      ],
      examples: [
        ["regex.replace('foo bar', '(fo)o (ba)r', r'\\2 \\1')", "'ba fo'"],
        [
          "regex.replace('a', 'a', r'\\1')",
          { error: "replacement string references group 1 but regex has only 0 group(s)" },
        ],
      ],
    },
  ],
};

const kubernetesSource = "Kubernetes, CEL regex library";

const findAllOverloads: FunctionSpec["overloads"] = [
  {
    signature: "(string).findAll(string): list(string)",
    call: (text: string, regex: string, context: CallContext) => findAll(text, regex, -1, context),
    cost: matchCost,
  },
  { signature: "(string).findAll(string, int): list(string)", call: findAll, cost: matchCost },
];

function findAll(text: string, regex: string, limit: Int, context: CallContext): readonly string[] {
  const found: string[] = [];
  for (const matcher of matchesOf(compiledPattern(regex), text, context)) {
    if (limit >= 0 && found.length >= limit) break;
    found.push(matcher.group() ?? "");
  }
  return found;
}

/** `find` and `findAll` of Kubernetes. */
export const findLibrary: Library = {
  name: "find",
  functions: [
    {
      name: "find",
      source: kubernetesSource,
      overloads: [
        {
          signature: "(string).find(string): string",
          call: (text: string, regex: string, context: CallContext) => {
            const pattern = compiledPattern(regex);
            countSearch(pattern, text.length, context);
            const matcher = pattern.matcher(text);
            return matcher.find() ? (matcher.group() ?? "") : "";
          },
          cost: matchCost,
        },
      ],
      examples: [
        ["'abc 123'.find('[0-9]+')", "'123'"],
        ["'abc'.find('[0-9]+')", "''"],
        ["'abc'.find('(')", { error: "error parsing regexp: missing closing ): `(`" }],
      ],
    },
    {
      name: "findAll",
      source: kubernetesSource,
      overloads: findAllOverloads,
      examples: [
        ["'1 2 3'.findAll('[0-9]')", "['1', '2', '3']"],
        ["'1 2 3'.findAll('[0-9]', 2)", "['1', '2']"],
        ["'abc'.findAll('(')", { error: "error parsing regexp: missing closing ): `(`" }],
      ],
    },
  ],
};
