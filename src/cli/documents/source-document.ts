import type { DocumentText } from "./split-documents.ts";

/** Where a document was read. */
export interface DocumentPlace {
  /** As people typed it; `<stdin>` for standard input. */
  readonly file: string;
  /** From 1. */
  readonly line: number;
  /** From 1, within the file. */
  readonly document: number;
}

/** One document of a file: JSON, whatever it was written in. */
export interface SourceDocument {
  readonly place: DocumentPlace;
  readonly content: unknown;
  /** What it was read from, to tell where in the file a field stands. */
  readonly text: DocumentText;
  /** Where the object stands in that text: items of a List are documents of their own. */
  readonly within: readonly (string | number)[];
  /** What is odd about the text, with file and line; said once, with the first object of a text. */
  readonly warnings?: readonly string[];
}

/** Something that could not be read or understood. The message says where and what. */
export interface SourceProblem {
  readonly message: string;
}

/** A document, or why it is none. */
export type ReadDocument =
  | ({ readonly kind: "document" } & SourceDocument)
  | ({ readonly kind: "problem" } & SourceProblem);

/** `a.yaml:12 (document 3)`; the document is named only where there may be several. */
export function describePlace({ file, line, document }: DocumentPlace): string {
  return `${file}:${line}${document === 1 ? "" : ` (document ${document})`}`;
}
