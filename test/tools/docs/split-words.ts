/** Splits a command line as a shell does, with quotes and no other magic. Throws for what would need a shell. */
export function splitWords(line: string): readonly string[] {
  const words = line.match(/(?:[^\s'"]|'[^']*'|"[^"]*")+/g) ?? [];
  return words.map((word) => {
    if (/[`<>;&(){}*?]|\$[^?]/.test(word.replaceAll(/'[^']*'|"[^"]*"/g, ""))) {
      throw new Error(`${line}: ${word} needs a shell`);
    }
    return word.replaceAll(
      /'([^']*)'|"([^"]*)"/g,
      (_, single?: string, double?: string) => single ?? double ?? "",
    );
  });
}
