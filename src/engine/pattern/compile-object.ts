import { isObject, own } from "../values/json.ts";
import type { Json, JsonObject } from "../values/json.ts";
import { parseAnchor } from "./anchor.ts";
import { compileClause } from "./clause.ts";
import type { Clause } from "./clause.ts";
import type { PatternCompiler } from "./compiler.ts";
import { compileTags, effectiveMetadata, isTagKey, stringEntries } from "./metadata.ts";
import type { PatternNode } from "./mismatch.ts";
import { objectNode, orderClauses } from "./object-node.ts";

interface Entry {
  readonly clause: Clause;
  readonly pattern: Json;
}

/** A node for a pattern object; `isMetadata` where it stands under the key `metadata`. */
export function compileObject(
  pattern: JsonObject,
  compiler: PatternCompiler,
  depth: number,
  isMetadata: boolean,
): PatternNode {
  const entries = Object.entries(pattern).map(([key, value]) => ({
    clause: compileClause(key, value, compiler, depth, specialNode(key, value, compiler, depth, isMetadata)),
    pattern: value,
  }));
  const bound = entries.map(({ clause }) => ({ clause, name: clause.name }));
  const leads = leadTest(entries, compiler, depth, isMetadata);
  const fixed = orderClauses(bound, (clause) => leads(clause, allTags) || leads(clause, noTags));
  // Entries without anchors below them may change places where labels drop out of the pattern.
  const varies = entries.some(({ clause }) => leads(clause, allTags) !== leads(clause, noTags));
  return objectNode(
    varies ? (resource) => orderClauses(bound, (clause) => leads(clause, resource)) : () => fixed,
  );
}

/** Resources that let all labels and annotations of a pattern count, and none. */
const tags: JsonObject = { labels: {}, annotations: {} };
const allTags: JsonObject = { ...tags, metadata: tags };
const noTags: JsonObject = {};

/** Tells which clauses have anchors below them, given what the resource lets count. */
function leadTest(
  entries: readonly Entry[],
  compiler: PatternCompiler,
  depth: number,
  isMetadata: boolean,
): (clause: Clause, resource: JsonObject) => boolean {
  const patterns = new Map(entries.map(({ clause, pattern }) => [clause, pattern]));
  return (clause, resource) => {
    const pattern = patterns.get(clause) ?? null;
    if (!compiler.hasAnchors(pattern, depth + 1)) return false;
    if (!isObject(pattern)) return true;
    const counterpart = own(resource, clause.name);
    if (isMetadata && isTagKey(clause.name) && isObject(counterpart)) {
      return compiler.hasAnchors(stringEntries(pattern), depth + 1);
    }
    if (clause.name !== "metadata") return true;
    return compiler.hasAnchors(effectiveMetadata(pattern, nameOf, counterpart), depth + 1);
  };
}

/** The node of an entry whose pattern is metadata or, within metadata, labels or annotations. */
function specialNode(
  key: string,
  pattern: Json,
  compiler: PatternCompiler,
  depth: number,
  isMetadata: boolean,
): PatternNode | undefined {
  if (!isObject(pattern)) return undefined;
  const name = nameOf(key);
  if (isMetadata && isTagKey(name)) return compileTags(pattern, compiler, depth + 1);
  return name === "metadata" ? compiler.metadata(pattern, depth + 1) : undefined;
}

function nameOf(key: string): string {
  return parseAnchor(key)?.key ?? key;
}
