import { isDocument, parseAllDocuments, parseDocument } from "yaml";
import type { Document, ParseOptions, ScalarTag, SchemaOptions, DocumentOptions, Tags } from "yaml";

import { QueryError } from "../errors.ts";

/**
 * The first document of a YAML stream as the JSON text that it stands for, read as Kubernetes tools do. Throws a
 * `QueryError` with the line of what is wrong.
 */
export function yamlToJson(text: string): string {
  return jsonOf(parseDocument(text, options), text);
}

/** The same for all documents of a stream; `null` for one that is empty. */
export function yamlDocumentsToJson(text: string): readonly string[] {
  const documents = parseAllDocuments(text, options);
  return "empty" in documents ? [] : documents.filter(isDocument).map((document) => jsonOf(document, text));
}

const options: ParseOptions & DocumentOptions & SchemaOptions = {
  version: "1.1",
  merge: true,
  uniqueKeys: false,
  logLevel: "silent",
  prettyErrors: false,
  customTags: (tags) =>
    tags
      .filter((tag) => typeof tag !== "object" || !isTime(tag))
      .map((tag) => (isFloat(tag) ? strictFloat(tag) : tag)),
};

function jsonOf(document: Document.Parsed, text: string): string {
  const problem = document.errors.find((error) => error.code !== "MULTIPLE_DOCS");
  if (problem !== undefined) {
    const line = text.slice(0, problem.pos[0]).split("\n").length;
    throw new QueryError("failed", `yaml: line ${line}: ${problem.message}`);
  }
  try {
    return JSON.stringify(document.toJS({ maxAliasCount: 100 })) ?? "null";
  } catch (error) {
    throw new QueryError("failed", `yaml: ${error instanceof Error ? error.message : String(error)}`);
  }
}

type Tag = Tags[number];

function isFloat(tag: Tag): tag is ScalarTag {
  return typeof tag === "object" && tag.tag === "tag:yaml.org,2002:float" && "test" in tag;
}

/** A lone dot is no number. */
function strictFloat(tag: ScalarTag): ScalarTag {
  return tag.format === undefined && tag.test?.test(".") === true
    ? { ...tag, test: /^[-+]?(?:[0-9][0-9_]*\.[0-9_]*|\.[0-9][0-9_]*)$/ }
    : tag;
}

/** Dates and times of day stay texts. */
function isTime(tag: { readonly tag: string; readonly format?: string }): boolean {
  return tag.tag === "tag:yaml.org,2002:timestamp" || tag.format === "TIME";
}
