import { createReadStream } from "node:fs";

import { isRecord } from "#api/schema/path.ts";

import { decodeText } from "./decode-text.ts";
import { parseDocument } from "./parse-document.ts";
import type { ReadDocument, SourceDocument } from "./source-document.ts";
import { describePlace } from "./source-document.ts";
import { SplitError, splitDocuments } from "./split-documents.ts";

/** The name under which standard input stands in messages. */
const stdinName = "<stdin>";

const readSize = 256 * 1024;

/** How files are reached; standard input is a file named `-`. */
export interface DocumentFiles {
  open(file: string): AsyncIterable<string>;
}

/** Opens files of this machine, and `stdin` for `-`. */
export function openFiles(stdin: () => AsyncIterable<string>): DocumentFiles {
  return {
    open: (file) =>
      file === "-" ? stdin() : decodeText(createReadStream(file, { highWaterMark: readSize })),
  };
}

/**
 * Reads files one document after the other; only one is held at a time. A `v1` List gives its items. What cannot be read
 * is a problem of its own and does not end the rest.
 */
export async function* readDocuments(
  paths: readonly string[],
  files: DocumentFiles,
): AsyncGenerator<ReadDocument> {
  for (const path of paths) yield* readFileDocuments(path, files);
}

async function* readFileDocuments(path: string, files: DocumentFiles): AsyncGenerator<ReadDocument> {
  const file = path === "-" ? stdinName : path;
  let index = 0;
  try {
    for await (const text of splitDocuments(files.open(path))) {
      index += 1;
      const parsed = parseDocument(text);
      const place = { file, document: index, line: parsed.ok ? text.line : parsed.line };
      if (!parsed.ok) {
        yield { kind: "problem", message: `${describePlace(place)}: ${parsed.message}` };
        continue;
      }
      if (parsed.content === null || parsed.content === undefined) continue;
      const warnings = parsed.warnings.map(({ line, message }) => `${file}:${line}: ${message}`);
      for (const [at, { content, within }] of itemsOf(parsed.content, []).entries()) {
        yield {
          kind: "document",
          place,
          content,
          text,
          within,
          ...(at === 0 && warnings.length > 0 ? { warnings } : {}),
        };
      }
    }
  } catch (error) {
    const line = error instanceof SplitError ? `:${error.line}` : "";
    yield { kind: "problem", message: `${file}${line}: ${reasonOf(error)}` };
  }
}

function itemsOf(
  content: unknown,
  within: SourceDocument["within"],
): readonly Pick<SourceDocument, "content" | "within">[] {
  if (!isRecord(content) || content["kind"] !== "List" || content["apiVersion"] !== "v1") {
    return [{ content, within }];
  }
  const { items } = content;
  if (!Array.isArray(items)) return [];
  return (items as readonly unknown[]).flatMap((item, index) => itemsOf(item, [...within, "items", index]));
}

function reasonOf(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  switch (code) {
    case "ENOENT":
      return "no such file or folder";
    case "EACCES":
      return "permission denied";
    case "EISDIR":
      return "is a folder";
    case "ELOOP":
      return "a link that leads to itself";
    default:
      return message;
  }
}
