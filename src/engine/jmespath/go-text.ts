/** A character as Go's `strconv.QuoteRuneToASCII` writes it: `'x'`, `'\u00e9'`. */
export function goCharacter(codePoint: number): string {
  if (codePoint === 0x27) return String.raw`'\''`;
  if (codePoint === 0x5c) return String.raw`'\\'`;
  if (codePoint >= 0x20 && codePoint < 0x7f) return `'${String.fromCodePoint(codePoint)}'`;
  const named = namedEscapes[codePoint];
  if (named !== undefined) return `'\\${named}'`;
  if (codePoint < 0x80) return `'\\x${codePoint.toString(16).padStart(2, "0")}'`;
  return codePoint < 0x10000
    ? `'\\u${codePoint.toString(16).padStart(4, "0")}'`
    : `'\\U${codePoint.toString(16).padStart(8, "0")}'`;
}

const namedEscapes: Readonly<Record<number, string>> = {
  7: "a",
  8: "b",
  9: "t",
  10: "n",
  11: "v",
  12: "f",
  13: "r",
};

/** A float64 in decimal notation with the shortest digits, never with an exponent. */
export function plainFloatText(value: number): string {
  const text = String(value);
  const match = /^(-?)(\d)(?:\.(\d+))?e([+-]\d+)$/.exec(text);
  if (match === null) return text;
  const [, sign = "", first = "", rest = "", exponentText = "0"] = match;
  const exponent = Number(exponentText);
  const digits = first + rest;
  if (exponent < 0) return `${sign}0.${"0".repeat(-exponent - 1)}${digits}`;
  return sign + digits.padEnd(exponent + 1, "0");
}
