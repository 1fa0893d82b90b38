import type { Budget } from "../budget.ts";
import { QueryError } from "../errors.ts";

/** Gives whole numbers from 0 up to, but not including, `limit`. */
export type Pick = (limit: number) => number;

/** A source of numbers that depends on its seed alone (Mulberry32). */
export function seededPick(seed: number): Pick {
  let state = seed | 0;
  return (limit) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * limit);
  };
}

/** What an unlimited repetition adds at most to its least. */
const maxOpenRepetitions = 16;

/**
 * A text that matches a regular expression: literals, `.`, classes, groups, alternatives and repetitions. Throws a
 * `QueryError` for what else regular expressions know, and `BudgetExceeded`. The expression must be a valid one.
 */
export function randomText(pattern: string, pick: Pick, budget: Budget): string {
  const reader = new PatternReader(pattern);
  const generate = reader.alternatives();
  if (!reader.atEnd()) throw unsupported(pattern);
  const output: Output = { pick, budget, parts: [] };
  generate(output);
  return output.parts.join("");
}

interface Output {
  readonly pick: Pick;
  readonly budget: Budget;
  readonly parts: string[];
}

type Generate = (output: Output) => void;

function unsupported(pattern: string): QueryError {
  return new QueryError("unsupported", `JMESPath function 'random': pattern ${pattern} is not supported`);
}

const printable = Array.from({ length: 95 }, (_, index) => String.fromCharCode(32 + index));
const digits = printable.filter((character) => /[0-9]/.test(character));
const words = printable.filter((character) => /\w/.test(character));
const blanks = [" ", "\t"];

const classes: Readonly<Record<string, readonly string[]>> = {
  d: digits,
  D: printable.filter((character) => !digits.includes(character)),
  w: words,
  W: printable.filter((character) => !words.includes(character)),
  s: blanks,
  S: printable.filter((character) => character !== " "),
};

const controls: Readonly<Record<string, string>> = { n: "\n", t: "\t", r: "\r", f: "\f", v: "\v" };

class PatternReader {
  readonly #pattern: string;
  readonly #characters: readonly string[];
  #at = 0;

  constructor(pattern: string) {
    this.#pattern = pattern;
    this.#characters = Array.from(pattern);
  }

  atEnd(): boolean {
    return this.#at >= this.#characters.length;
  }

  alternatives(): Generate {
    const choices = [this.#sequence()];
    while (this.#take("|")) choices.push(this.#sequence());
    return (output) => choices[output.pick(choices.length)]?.(output);
  }

  #sequence(): Generate {
    const parts: Generate[] = [];
    while (!this.atEnd() && this.#peek() !== "|" && this.#peek() !== ")") parts.push(this.#repeated());
    return (output) => {
      for (const part of parts) part(output);
    };
  }

  #repeated(): Generate {
    const part = this.#atom();
    const [least, most] = this.#repetitions();
    this.#take("?");
    if (least === 1 && most === 1) return part;
    return (output) => {
      const count = least + output.pick(most - least + 1);
      output.budget.step(1 + count);
      for (let done = 0; done < count; done += 1) part(output);
    };
  }

  #repetitions(): readonly [least: number, most: number] {
    if (this.#take("*")) return [0, maxOpenRepetitions];
    if (this.#take("+")) return [1, 1 + maxOpenRepetitions];
    if (this.#take("?")) return [0, 1];
    const rest = this.#characters.slice(this.#at, this.#at + 12).join("");
    const match = /^\{([0-9]+)(,?)([0-9]*)\}/.exec(rest);
    if (match === null) return [1, 1];
    const [whole, least = "0", comma, most = ""] = match;
    this.#at += whole.length;
    const lowest = Number(least);
    if (comma === "") return [lowest, lowest];
    return [lowest, most === "" ? lowest + maxOpenRepetitions : Number(most)];
  }

  #atom(): Generate {
    const character = this.#next();
    if (character === "^" || character === "$") return () => undefined;
    if (character === ".") return oneOf(printable);
    if (character === "[") return oneOf(this.#class());
    if (character === "\\") return oneOf(this.#escape());
    if (character !== "(") return oneOf([character]);
    this.#groupKind();
    const inner = this.alternatives();
    if (!this.#take(")")) throw unsupported(this.#pattern);
    return inner;
  }

  /** `?:` and `?P<name>` after an opening bracket; flags are not supported. */
  #groupKind(): void {
    if (!this.#take("?") || this.#take(":")) return;
    this.#take("P");
    if (!this.#take("<")) throw unsupported(this.#pattern);
    while (this.#next() !== ">");
  }

  #escape(): readonly string[] {
    const character = this.#next();
    const known = Object.hasOwn(classes, character) ? classes[character] : undefined;
    if (known !== undefined) return known;
    const control = Object.hasOwn(controls, character) ? controls[character] : undefined;
    if (control !== undefined) return [control];
    if (/[A-Za-z0-9]/.test(character)) throw unsupported(this.#pattern);
    return [character];
  }

  #class(): readonly string[] {
    const isNegated = this.#take("^");
    const members = new Set<string>();
    for (let first = true; first || this.#peek() !== "]"; first = false) {
      if (this.#peek() === "[" && this.#characters[this.#at + 1] === ":") throw unsupported(this.#pattern);
      for (const member of this.#classMember()) members.add(member);
    }
    this.#at += 1;
    const chosen = isNegated ? printable.filter((character) => !members.has(character)) : [...members];
    if (chosen.length === 0) throw unsupported(this.#pattern);
    return chosen;
  }

  #classMember(): readonly string[] {
    const character = this.#next();
    const from = character === "\\" ? this.#escape() : [character];
    const isRange = from.length === 1 && this.#peek() === "-" && this.#characters[this.#at + 1] !== "]";
    if (!isRange) return from;
    this.#at += 1;
    const last = this.#next();
    const [until = ""] = last === "\\" ? this.#escape() : [last];
    const start = from[0]?.codePointAt(0) ?? 0;
    const length = Math.min((until.codePointAt(0) ?? 0) - start + 1, 4096);
    return Array.from({ length: Math.max(length, 0) }, (_, index) => String.fromCodePoint(start + index));
  }

  #peek(): string {
    return this.#characters[this.#at] ?? "";
  }

  #next(): string {
    const character = this.#characters[this.#at];
    if (character === undefined) throw unsupported(this.#pattern);
    this.#at += 1;
    return character;
  }

  #take(character: string): boolean {
    if (this.#peek() !== character) return false;
    this.#at += 1;
    return true;
  }
}

function oneOf(characters: readonly string[]): Generate {
  return (output) => {
    output.budget.text(output.parts.length);
    output.parts.push(characters[output.pick(characters.length)] ?? "");
  };
}
