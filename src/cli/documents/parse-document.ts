import { LineCounter, parseDocument as parseYaml } from "yaml";

import { isNestedDeeperThan } from "#engine/compile/nesting.ts";

import { inspectYaml } from "./inspect-yaml.ts";
import type { TextNote } from "./inspect-yaml.ts";
import type { DocumentText } from "./split-documents.ts";
import { plainScalarTags } from "./yaml-scalars.ts";

/** Something about a line of a file. */
export interface LineNote {
  /** Within the file, from 1. */
  readonly line: number;
  readonly message: string;
}

/** What a document holds, or what is wrong with it and on which line of its file. */
export type ParsedDocument =
  | { readonly ok: true; readonly content: unknown; readonly warnings: readonly LineNote[] }
  | ({ readonly ok: false } & LineNote);

const maxNesting = 500;

/** Reads a YAML or JSON document; numbers become float64, as Kyverno's command line reads them. Never throws. */
export function parseDocument({ text, line }: DocumentText): ParsedDocument {
  const json = parseJson(text);
  if (json !== undefined) return checkNesting(json, line, []);
  try {
    return parseYamlText(text, line);
  } catch (error) {
    // Deep nesting exhausts the stack, which the parser may tell as an error of its own.
    const message = error instanceof RangeError ? "nested too deeply" : (error as Error).message;
    return { ok: false, line, message };
  }
}

/** JSON is YAML; its own parser is a hundred times faster. What it refuses is left to the YAML parser and its messages. */
function parseJson(text: string): unknown {
  if (!/^\s*\{/.test(text)) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function parseYamlText(text: string, firstLine: number): ParsedDocument {
  const counter = new LineCounter();
  const document = parseYaml(text, {
    schema: "failsafe",
    customTags: (tags) => [...tags, ...plainScalarTags],
    merge: true,
    uniqueKeys: false,
    lineCounter: counter,
    prettyErrors: false,
    logLevel: "error",
  });
  const noteOf = ({ offset, message }: TextNote): LineNote => ({
    line: firstLine + Math.max(counter.linePos(offset).line, 1) - 1,
    message,
  });
  const [error] = document.errors;
  if (error !== undefined) {
    const deep = error.message.includes("call stack");
    return {
      ok: false,
      ...noteOf({ offset: error.pos[0], message: deep ? "nested too deeply" : error.message }),
    };
  }
  const { problem, duplicates } = inspectYaml(document);
  if (problem !== undefined) return { ok: false, ...noteOf(problem) };
  // What aliases multiply was counted.
  const content = document.toJS({ maxAliasCount: -1 }) as unknown;
  return checkNesting(content, firstLine, duplicates.map(noteOf));
}

function checkNesting(content: unknown, line: number, warnings: readonly LineNote[]): ParsedDocument {
  return isNestedDeeperThan(content, maxNesting)
    ? { ok: false, line, message: `nested deeper than ${maxNesting} levels` }
    : { ok: true, content, warnings };
}
