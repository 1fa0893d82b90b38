import { LineCounter, parseDocument as parseYaml } from "yaml";

import { isNestedDeeperThan } from "#engine/compile/nesting.ts";

import type { DocumentText } from "./split-documents.ts";
import { plainScalarTags } from "./yaml-scalars.ts";

/** What a document holds, or what is wrong with it and on which line of its file. */
export type ParsedDocument =
  | { readonly ok: true; readonly content: unknown }
  | { readonly ok: false; readonly line: number; readonly message: string };

const maxNesting = 500;

/** Reads a YAML or JSON document; numbers become float64, as Kyverno's command line reads them. Never throws. */
export function parseDocument({ text, line }: DocumentText): ParsedDocument {
  const json = parseJson(text);
  if (json !== undefined) return checkNesting(json, line);
  try {
    return parseYamlText(text, line);
  } catch (error) {
    // Deep nesting exhausts the stack, and aliases that multiply are refused by an exception.
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
  const [problem] = document.errors;
  if (problem !== undefined) {
    const line = firstLine + counter.linePos(problem.pos[0]).line - 1;
    return { ok: false, line, message: problem.message };
  }
  return checkNesting(document.toJS() as unknown, firstLine);
}

function checkNesting(content: unknown, line: number): ParsedDocument {
  return isNestedDeeperThan(content, maxNesting)
    ? { ok: false, line, message: `nested deeper than ${maxNesting} levels` }
    : { ok: true, content };
}
