import { NoTextError } from "./decode-text.ts";

/** The text of one YAML document and the line on which it begins, from 1. */
export interface DocumentText {
  readonly text: string;
  readonly line: number;
}

/** What is larger is no manifest: the API server takes 3 MiB. */
const maxDocumentLength = 64 * 1024 * 1024;

/** Why a file cannot be read any further, and from which line on. */
export class SplitError extends Error {
  override readonly name = "SplitError";
  readonly line: number;

  constructor(message: string, line: number) {
    super(message);
    this.line = line;
  }
}

/**
 * Cuts a stream of text into YAML documents without holding more than one of them; objects of JSON that follow each
 * other (one a line, or indented) are documents too. Documents that hold only comments, directives and white space are
 * left out. Throws a `SplitError` for a document past `maxDocumentLength` and for what is no text.
 */
export async function* splitDocuments(chunks: AsyncIterable<string>): AsyncGenerator<DocumentText> {
  const splitter = new DocumentSplitter();
  try {
    for await (const chunk of chunks) yield* splitter.push(chunk);
  } catch (error) {
    if (error instanceof NoTextError) throw new SplitError(error.message, splitter.line);
    throw error;
  }
  yield* splitter.end();
}

const separator = /^---(?=[ \t\r\n]|$)/;
const documentEnd = /^\.\.\.(?=[ \t\r\n]|$)/;
const hasNoContent = /^\s*(?:[#%].*)?$/;
const dash = 0x2d;
const dot = 0x2e;
const brace = 0x7b;

/** Looks at the first character of each line; only few lines need more than that. */
class DocumentSplitter {
  /** The line that is being read. */
  line = 1;
  #atStart = true;
  /** Pieces of a line whose end has not come. */
  #rest: string[] = [];
  #restLength = 0;
  /** Pieces of the document that is being read. */
  #parts: string[] = [];
  #length = 0;
  /** Where it begins; undefined until a line says something. */
  #first: number | undefined;
  #isJson = false;

  *push(chunk: string): Generator<DocumentText> {
    let text = this.#atStart ? chunk.replace(/^\uFEFF/, "") : chunk;
    if (chunk !== "") this.#atStart = false;
    if (text.includes("\0")) {
      throw new SplitError("no text: it holds NUL bytes (UTF-16 needs a byte order mark)", this.line);
    }
    const last = text.lastIndexOf("\n");
    if (last < 0) {
      this.#hold(text);
      return;
    }
    const tail = text.slice(last + 1);
    text = this.#rest.join("") + text.slice(0, last + 1);
    this.#rest = [];
    this.#restLength = 0;
    yield* this.#takeLines(text);
    this.#hold(tail);
  }

  *end(): Generator<DocumentText> {
    const rest = this.#rest.join("");
    if (rest !== "") yield* this.#takeLines(rest);
    yield* this.#finish("");
  }

  #hold(piece: string): void {
    if (piece === "") return;
    this.#rest.push(piece);
    this.#restLength += piece.length;
    this.#checkLength(this.#restLength, "a line");
  }

  /** Takes whole lines. What belongs to one document is cut out in one piece. */
  *#takeLines(text: string): Generator<DocumentText> {
    let begin = 0;
    for (let from = 0, next = 0; from < text.length; from = next, this.line += 1) {
      const end = text.indexOf("\n", from);
      next = end < 0 ? text.length : end + 1;
      const code = text.charCodeAt(from);
      if (code === dash && separator.test(text.slice(from, from + 4))) {
        yield* this.#finish(text.slice(begin, from));
        const content = text.slice(from + 3, next);
        begin = next;
        // The separator gives way to blanks, so that what follows it keeps its column.
        if (!hasNoContent.test(content.trimEnd())) this.#begin(`   ${content}`, content);
      } else if (code === dot && documentEnd.test(text.slice(from, from + 4))) {
        yield* this.#finish(text.slice(begin, from));
        begin = next;
      } else if (this.#first === undefined) {
        const line = text.slice(from, next);
        begin = from;
        if (hasNoContent.test(line.trimEnd())) begin = next;
        else this.#begin("", line);
      } else if (code === brace && this.#isJson && this.#endsWithBrace(text.slice(begin, from))) {
        yield* this.#finish(text.slice(begin, from));
        begin = from;
        this.#begin("", text.slice(from, next));
      }
    }
    this.#add(text.slice(begin));
  }

  #begin(piece: string, line: string): void {
    this.#first = this.line;
    this.#isJson = line.charCodeAt(0) === brace;
    this.#add(piece);
  }

  #add(piece: string): void {
    if (piece === "" || this.#first === undefined) return;
    this.#parts.push(piece);
    this.#length += piece.length;
    this.#checkLength(this.#length, "a document");
  }

  /** What no comma follows can be followed by no further item: the next brace opens another object. */
  #endsWithBrace(piece: string): boolean {
    for (const part of [piece, ...this.#parts.toReversed()]) {
      const text = part.trimEnd();
      if (text !== "") return text.endsWith("}");
    }
    return false;
  }

  *#finish(piece: string): Generator<DocumentText> {
    this.#add(piece);
    const line = this.#first;
    const text = this.#parts.join("");
    this.#parts = [];
    this.#length = 0;
    this.#first = undefined;
    this.#isJson = false;
    if (line !== undefined) yield { text, line };
  }

  #checkLength(length: number, what: string): void {
    if (length <= maxDocumentLength) return;
    const line = this.#first ?? this.line;
    throw new SplitError(`${what} is longer than ${maxDocumentLength / (1024 * 1024)} MiB`, line);
  }
}
