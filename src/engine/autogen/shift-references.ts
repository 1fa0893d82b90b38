const reference = /(?:^|[^\\])\$\([^ ]*\)/g;

/**
 * A message in which `$( )` references into the rule's body go through the template: `path` is inserted behind the word
 * that names the body (`pattern`, `anyPattern/0` …). References that do not hold the word stay as they are.
 */
export function shiftReferences(message: string, path: string, body: string): string {
  return message.replaceAll(reference, (found) => {
    const at = found.indexOf(body);
    if (at < 0) return found;
    const word = body === "anyPattern" ? `${body}/${entryBehind(found, at + body.length)}` : body;
    return found.replaceAll(word, `${word}/${path}`);
  });
}

/** The path segment behind `from`, which is the slash. */
function entryBehind(text: string, from: number): string {
  return text.slice(from + 1).split("/")[0] ?? "";
}
