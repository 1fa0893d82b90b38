/** The text of one YAML document and the line on which it begins, from 1. */
export interface DocumentText {
  readonly text: string;
  readonly line: number;
}

/** What is larger is no manifest: the API server takes 3 MiB. */
const maxDocumentLength = 64 * 1024 * 1024;

const separator = /^---(?=[ \t\r\n]|$)/;

/**
 * Cuts a stream of text into YAML documents without holding more than one of them. Documents that hold only comments,
 * directives and white space are left out. Throws a `RangeError` for a document past `maxDocumentLength`.
 */
export async function* splitDocuments(chunks: AsyncIterable<string>): AsyncGenerator<DocumentText> {
  let lines: string[] = [];
  let length = 0;
  let line = 1;
  let first = 1;
  for await (const text of readLines(chunks)) {
    const starts = separator.test(text);
    if (starts) {
      yield* documentOf(lines, first);
      lines = [];
      length = 0;
      first = line;
    }
    // The separator gives way to blanks, so that what follows it keeps its column.
    lines.push(starts ? `   ${text.slice(3)}` : text);
    length += text.length;
    if (length > maxDocumentLength)
      throw new RangeError(`a document is longer than ${maxDocumentLength} bytes`);
    line += 1;
  }
  yield* documentOf(lines, first);
}

/** The document begins with the first line that says something. */
function documentOf(lines: readonly string[], first: number): readonly DocumentText[] {
  const from = lines.findIndex(hasContent);
  return from < 0 ? [] : [{ text: lines.slice(from).join(""), line: first + from }];
}

function hasContent(line: string): boolean {
  return !/^\s*(?:[#%].*|\.\.\.\s*)?$/.test(line.trimEnd());
}

/** Lines with their ends. */
async function* readLines(chunks: AsyncIterable<string>): AsyncGenerator<string> {
  let rest = "";
  let first = true;
  for await (const chunk of chunks) {
    rest += first ? chunk.replace(/^\uFEFF/, "") : chunk;
    first = false;
    let from = 0;
    for (let end = rest.indexOf("\n"); end >= 0; end = rest.indexOf("\n", from)) {
      yield rest.slice(from, end + 1);
      from = end + 1;
    }
    rest = rest.slice(from);
    if (rest.length > maxDocumentLength)
      throw new RangeError(`a line is longer than ${maxDocumentLength} bytes`);
  }
  if (rest !== "") yield rest;
}
