const ascii = /^[\0-\x7f]*$/;

/** Upper case by Unicode's simple mapping, one character for one: `ß` stays. */
export function upperCase(text: string): string {
  return ascii.test(text) ? text.toUpperCase() : mapCharacters(text, simpleUpper);
}

/** Lower case by Unicode's simple mapping; a sigma is the same at the end of a word. */
export function lowerCase(text: string): string {
  return ascii.test(text) ? text.toLowerCase() : mapCharacters(text, simpleLower);
}

/** A form that is equal for texts that differ in case only, by Unicode's simple case folding. */
export function foldCase(text: string): string {
  return ascii.test(text)
    ? text.toLowerCase()
    : mapCharacters(text, (character) => simpleLower(simpleUpper(character)));
}

function mapCharacters(text: string, map: (character: string) => string): string {
  return Array.from(text, map).join("");
}

function simpleUpper(character: string): string {
  const upper = character.toUpperCase();
  return isOneCharacter(upper) ? upper : character;
}

function simpleLower(character: string): string {
  // The full mapping of a dotted capital I has a combining dot; the simple one has none.
  if (character === "\u0130") return "i";
  const lower = character.toLowerCase();
  return isOneCharacter(lower) ? lower : character;
}

function isOneCharacter(text: string): boolean {
  return text.length === 1 || (text.length === 2 && (text.codePointAt(0) ?? 0) > 0xffff);
}
