import { CelError } from "../values/cel-error.ts";
import type { CelValue } from "../values/cel-value.ts";
import { traversalCost } from "../compile/sizes.ts";
import { characterCount, charactersOf } from "./characters.ts";
import { displayText, formatText } from "./format-text.ts";
import type { CallContext, Library } from "./function-spec.ts";

const source = "cel-go, strings extension";

type Int = number | bigint;

function outOfRange(index: Int): CelError {
  return new CelError(`index out of range: ${index}`);
}

function charAt(text: string, index: Int): string {
  const characters = charactersOf(text);
  if (index < 0 || index > characters.length) throw outOfRange(index);
  return characters[Number(index)] ?? "";
}

function indexOf(text: string, part: string, offset: Int): number {
  if (offset < 0) throw outOfRange(offset);
  const count = characterCount(text);
  if (part === "") return offset > count ? count : Number(offset);
  if (offset >= count) return -1;
  const at = text.indexOf(part, unitOffset(text, Number(offset)));
  return at < 0 ? -1 : characterCount(text.slice(0, at));
}

function lastIndexOf(text: string, part: string, offset: Int): number {
  if (offset < 0) throw outOfRange(offset);
  const count = characterCount(text);
  if (part === "") return offset > count ? count : Number(offset);
  if (offset >= count) return -1;
  const at = text.lastIndexOf(part, unitOffset(text, Number(offset)));
  return at < 0 ? -1 : characterCount(text.slice(0, at));
}

function lastIndexOfAll(text: string, part: string): number {
  if (part === "") return characterCount(text);
  const at = text.lastIndexOf(part);
  return at < 0 ? -1 : characterCount(text.slice(0, at));
}

/** The offset in UTF-16 units of a character. */
function unitOffset(text: string, characters: number): number {
  let at = 0;
  for (let count = 0; count < characters; count++) at += (text.codePointAt(at) ?? 0) > 0xffff ? 2 : 1;
  return at;
}

function substring(text: string, start: Int): string {
  const characters = charactersOf(text);
  if (start < 0 || start > characters.length) throw outOfRange(start);
  return characters.slice(Number(start)).join("");
}

function substringRange(text: string, start: Int, end: Int): string {
  if (start > end) throw new CelError(`invalid substring range. start: ${start}, end: ${end}`);
  const characters = charactersOf(text);
  if (start < 0 || start > characters.length) throw outOfRange(start);
  if (end < 0 || end > characters.length) throw outOfRange(end);
  return characters.slice(Number(start), Number(end)).join("");
}

function lowerAscii(text: string): string {
  return text.replaceAll(/[A-Z]+/g, (letters) => letters.toLowerCase());
}

function upperAscii(text: string): string {
  return text.replaceAll(/[a-z]+/g, (letters) => letters.toUpperCase());
}

/** The white space that Unicode defines; JavaScript's own takes the byte order mark too. */
function trim(text: string): string {
  return text
    .replaceAll(/^[\t-\r \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+/g, "")
    .replaceAll(/[\t-\r \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+$/g, "");
}

function replaceCount(
  text: string,
  old: string,
  replacement: string,
  count: Int,
  context: CallContext,
): string {
  if (count < 0) return replaceAll(text, old, replacement, context);
  context.work((text.length + replacement.length * Math.min(Number(count), text.length + 1)) / 4);
  const pieces = splitInto(text, old, Number(count) + 1);
  if (old === "" && count > 0) {
    // Go puts the replacement before each character.
    const characters = charactersOf(text);
    const limit = Math.min(Number(count), characters.length + 1);
    return (
      characters.map((character, index) => (index < limit ? replacement : "") + character).join("") +
      (limit > characters.length ? replacement : "")
    );
  }
  return count === 0 ? text : pieces.join(replacement);
}

function replaceAll(text: string, old: string, replacement: string, context: CallContext): string {
  // What is built may be larger than both texts together by far.
  const pieces = old === "" ? charactersOf(text) : text.split(old);
  context.work((text.length + pieces.length * replacement.length) / 4);
  if (old !== "") return pieces.join(replacement);
  return (
    replacement +
    charactersOf(text)
      .map((character) => character + replacement)
      .join("")
  );
}

/** At most `limit` pieces, the last with all that is left. */
function splitInto(text: string, separator: string, limit: number): readonly string[] {
  const all = separator === "" ? charactersOf(text) : text.split(separator);
  if (all.length <= limit) return all;
  return [...all.slice(0, limit - 1), all.slice(limit - 1).join(separator)];
}

function splitCount(text: string, separator: string, limit: Int): readonly string[] {
  if (limit === 0) return [];
  return limit < 0
    ? splitInto(text, separator, Number.POSITIVE_INFINITY)
    : splitInto(text, separator, Number(limit));
}

function join(list: readonly CelValue[], separator: string, context: CallContext): string {
  const length = list.reduce((sum: number, item) => sum + (typeof item === "string" ? item.length : 0), 0);
  context.work((length + list.length * separator.length) / 4);
  return list
    .map((item) => {
      if (typeof item === "string") return item;
      throw new CelError(`join: invalid input: ${displayText(item, 0, context)}`);
    })
    .join(separator);
}

const escapes: ReadonlyMap<string, string> = new Map([
  ["\x07", "\\a"],
  ["\b", "\\b"],
  ["\f", "\\f"],
  ["\n", "\\n"],
  ["\r", "\\r"],
  ["\t", "\\t"],
  ["\v", "\\v"],
  ["\\", "\\\\"],
  ['"', '\\"'],
]);

function quote(text: string): string {
  return `"${charactersOf(text.toWellFormed())
    .map((character) => escapes.get(character) ?? character)
    .join("")}"`;
}

const searchedCost = (text: string): number => Math.floor(text.length / 10);

/** Reading a text, and building another of it. */
const rebuildCost = (text: string): number => Math.ceil(text.length / 5);

/** Building the text that a list makes. */
function joinCost(list: readonly CelValue[], separator = ""): number {
  const length = list.reduce((sum: number, item) => sum + (typeof item === "string" ? item.length : 0), 0);
  return Math.ceil((length + separator.length * Math.max(0, list.length - 1)) / 5);
}

/** The strings extension, version 4. */
export const stringsLibrary: Library = {
  name: "strings",
  functions: [
    {
      name: "charAt",
      source,
      overloads: [{ signature: "(string).charAt(int): string", call: charAt }],
      examples: [
        ["'tacocat'.charAt(3)", "'o'"],
        ["'abc'.charAt(4)", { error: "index out of range: 4" }],
      ],
    },
    {
      name: "indexOf",
      source,
      overloads: [
        {
          signature: "(string).indexOf(string): int",
          call: (text: string, part: string) => indexOf(text, part, 0),
          cost: searchedCost,
        },
        { signature: "(string).indexOf(string, int): int", call: indexOf, cost: searchedCost },
      ],
      examples: [
        ["'tacocat'.indexOf('c')", "2"],
        ["'tacocat'.indexOf('a', 3)", "5"],
        ["'a'.indexOf('a', -1)", { error: "index out of range: -1" }],
      ],
    },
    {
      name: "lastIndexOf",
      source,
      overloads: [
        { signature: "(string).lastIndexOf(string): int", call: lastIndexOfAll, cost: searchedCost },
        { signature: "(string).lastIndexOf(string, int): int", call: lastIndexOf, cost: searchedCost },
      ],
      examples: [
        ["'tacocat'.lastIndexOf('c')", "4"],
        ["'tacocat'.lastIndexOf('a', 4)", "1"],
        ["'a'.lastIndexOf('a', -1)", { error: "index out of range: -1" }],
      ],
    },
    {
      name: "lowerAscii",
      source,
      overloads: [{ signature: "(string).lowerAscii(): string", call: lowerAscii, cost: traversalCost }],
      examples: [
        ["'TacoCÉt'.lowerAscii()", "'tacocÉt'"],
        ["dyn(1).lowerAscii()", { error: "no such overload: lowerAscii(int)" }],
      ],
    },
    {
      name: "upperAscii",
      source,
      overloads: [{ signature: "(string).upperAscii(): string", call: upperAscii, cost: traversalCost }],
      examples: [
        ["'tacoé'.upperAscii()", "'TACOé'"],
        ["dyn(1).upperAscii()", { error: "no such overload: upperAscii(int)" }],
      ],
    },
    {
      name: "replace",
      source,
      overloads: [
        { signature: "(string).replace(string, string): string", call: replaceAll, cost: rebuildCost },
        { signature: "(string).replace(string, string, int): string", call: replaceCount, cost: rebuildCost },
      ],
      examples: [
        ["'hello hello'.replace('he', 'we')", "'wello wello'"],
        ["'hello hello'.replace('he', 'we', 1)", "'wello hello'"],
        ["dyn(1).replace('a', 'b')", { error: "no such overload: replace(int, string, string)" }],
      ],
    },
    {
      name: "split",
      source,
      overloads: [
        {
          signature: "(string).split(string): list(string)",
          call: (text: string, separator: string) => splitCount(text, separator, -1),
          cost: rebuildCost,
        },
        { signature: "(string).split(string, int): list(string)", call: splitCount, cost: rebuildCost },
      ],
      examples: [
        ["'a,b,c'.split(',')", "['a', 'b', 'c']"],
        ["'a,b,c'.split(',', 2)", "['a', 'b,c']"],
        ["dyn(1).split(',')", { error: "no such overload: split(int, string)" }],
      ],
    },
    {
      name: "substring",
      source,
      overloads: [
        { signature: "(string).substring(int): string", call: substring, cost: traversalCost },
        { signature: "(string).substring(int, int): string", call: substringRange, cost: traversalCost },
      ],
      examples: [
        ["'tacocat'.substring(4)", "'cat'"],
        ["'tacocat'.substring(0, 4)", "'taco'"],
        ["'abc'.substring(2, 1)", { error: "invalid substring range. start: 2, end: 1" }],
      ],
    },
    {
      name: "trim",
      source,
      overloads: [{ signature: "(string).trim(): string", call: trim, cost: traversalCost }],
      examples: [
        ["'  a b \\n'.trim()", "'a b'"],
        ["dyn(1).trim()", { error: "no such overload: trim(int)" }],
      ],
    },
    {
      name: "join",
      source,
      overloads: [
        {
          signature: "(list(string)).join(): string",
          call: (list: readonly CelValue[], context: CallContext) => join(list, "", context),
          cost: joinCost,
        },
        {
          signature: "(list(string)).join(string): string",
          call: join,
          cost: joinCost,
        },
      ],
      examples: [
        ["['a', 'b'].join(' ')", "'a b'"],
        ["dyn([1]).join()", { error: "join: invalid input: 1" }],
      ],
    },
    {
      name: "strings.quote",
      source,
      overloads: [{ signature: "strings.quote(string): string", call: quote, cost: traversalCost }],
      examples: [
        ["strings.quote('a\"b')", `'"a\\\\"b"'`],
        ["strings.quote(dyn(1))", { error: "no such overload: strings.quote(int)" }],
      ],
    },
    {
      name: "format",
      source,
      overloads: [
        {
          signature: "(string).format(list(dyn)): string",
          call: (text: string, values: readonly CelValue[], context: CallContext) =>
            formatText(text, values, context),
          cost: traversalCost,
        },
      ],
      examples: [
        ["'%s has %d'.format(['a', 2])", "'a has 2'"],
        ["'%.2f %x %b %e'.format([1.5, 255, 5, 1234.5])", "'1.50 ff 101 1.234500e+03'"],
        ["'%s'.format([[1, 'a', {'b': null}]])", "'[1, a, {b: null}]'"],
        ["'%d'.format([])", { error: "index 0 out of range" }],
      ],
    },
  ],
};

/** What version 3 of the extension adds; Kubernetes and Kyverno have version 2. */
export const latestStringsLibrary: Library = {
  name: "newer strings",
  functions: [
    {
      name: "reverse of a text",
      source,
      overloads: [
        {
          signature: "(string).reverse(): string",
          call: (text: string) => Array.from(text).reverse().join(""),
          cost: traversalCost,
        },
      ],
      examples: [
        ["'abc'.reverse()", "'cba'"],
        ["dyn(1).reverse()", { error: "no such overload: reverse(int)" }],
      ],
    },
  ],
};
