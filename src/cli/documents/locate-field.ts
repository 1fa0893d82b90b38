import { LineCounter, isMap, isNode, isScalar, isSeq, parseDocument as parseYaml } from "yaml";
import type { Node } from "yaml";

import type { SourceDocument } from "./source-document.ts";
import type { DocumentText } from "./split-documents.ts";

/** A place in a file, both from 1. */
export interface FilePosition {
  readonly line: number;
  readonly column: number;
}

type Steps = readonly (string | number)[];

/**
 * Where a field of a document stands in its file: its key, or the item of a list. Where the field is absent, the nearest
 * one around it. `path` is written as decoders write it: `spec.rules[0].match`.
 */
export function locateField(document: SourceDocument, path: string): FilePosition {
  const { line } = document.text;
  const parsed = parsedText(document.text);
  if (parsed === undefined) return { line, column: 1 };
  const found = parsed.counter.linePos(offsetOf(parsed.root, [...document.within, ...stepsOf(path)]));
  return { line: line + found.line - 1, column: found.col };
}

interface ParsedText {
  readonly root: unknown;
  readonly counter: LineCounter;
}

/** Of a List, all items stand in one text. */
const parsedTexts = new WeakMap<DocumentText, ParsedText>();

/** Undefined for a text that is no YAML. */
function parsedText(text: DocumentText): ParsedText | undefined {
  const ready = parsedTexts.get(text);
  if (ready !== undefined) return ready;
  const counter = new LineCounter();
  try {
    const { contents } = parseYaml(text.text, {
      lineCounter: counter,
      uniqueKeys: false,
      logLevel: "silent",
    });
    const parsed = { root: contents, counter };
    parsedTexts.set(text, parsed);
    return parsed;
  } catch {
    return undefined;
  }
}

/** `a.yaml:12:5`, with the position of a field. */
export function describeField(document: SourceDocument, path: string): string {
  const { line, column } = locateField(document, path);
  return `${document.place.file}:${line}:${column}`;
}

/** `spec.rules[0].match` as steps. */
function stepsOf(path: string): Steps {
  return [...path.matchAll(/\[([^\]]*)\]|([\w-]+)/g)].map(([, bracketed, plain = ""]) =>
    bracketed === undefined ? plain : /^\d+$/.test(bracketed) ? Number(bracketed) : bracketed,
  );
}

function offsetOf(root: unknown, steps: Steps): number {
  let node: unknown = root;
  let offset = startOf(node) ?? 0;
  for (const step of steps) {
    const next = childOf(node, step);
    if (next === undefined) break;
    node = next.value;
    offset = next.offset ?? offset;
  }
  return offset;
}

function childOf(
  node: unknown,
  step: string | number,
): { readonly value: unknown; readonly offset: number | undefined } | undefined {
  if (isMap(node)) {
    // A map for a key is no name, and the text of one within another doubles with each.
    const pair = node.items.find(({ key }) => isScalar(key) && String(key.value) === String(step));
    return pair === undefined ? undefined : { value: pair.value, offset: startOf(pair.key) };
  }
  if (!isSeq(node) || typeof step !== "number") return undefined;
  const item = node.items[step];
  return item === undefined ? undefined : { value: item, offset: startOf(item) };
}

function startOf(node: unknown): number | undefined {
  return isNode(node) ? (node as Node).range?.[0] : undefined;
}
