import { compareText } from "../values/go-format.ts";
import { isObject, objectOf, own } from "../values/json.ts";
import type { Json, JsonObject } from "../values/json.ts";
import { hasWildcard, compileWildcard } from "../values/wildcard.ts";
import { compileClause } from "./clause.ts";
import type { Clause } from "./clause.ts";
import type { PatternCompiler } from "./compiler.ts";
import type { MatchRun, PatternNode } from "./mismatch.ts";
import { objectNode, orderClauses } from "./object-node.ts";
import type { BoundClause, ClauseOrder } from "./object-node.ts";

/**
 * Labels and annotations in patterns. Where the resource's metadata has them, keys with wildcards stand for the first
 * key of the resource that they match (in byte order; Kyverno takes any), and entries that are no strings are dropped.
 */

/** True for the keys of metadata to which this applies. */
export function isTagKey(key: string): boolean {
  return key === "labels" || key === "annotations";
}

/** The entries that count once the resource has labels (or annotations) at all. */
export function stringEntries(tags: JsonObject): JsonObject {
  return objectOf(Object.entries(tags).filter(([, value]) => typeof value === "string"));
}

/** `metadata` of a pattern as it counts for a resource that has the metadata `resource`. */
export function effectiveMetadata(
  metadata: JsonObject,
  nameOf: (key: string) => string,
  resource: Json | undefined,
): JsonObject {
  return objectOf(
    Object.entries(metadata).map(([key, value]) => {
      const name = nameOf(key);
      const counts = isTagKey(name) && isObject(value) && isObject(resource) && isObject(own(resource, name));
      return [key, counts ? stringEntries(value) : value];
    }),
  );
}

/** A node for a `labels` or `annotations` object of a pattern. */
export function compileTags(pattern: JsonObject, compiler: PatternCompiler, depth: number): PatternNode {
  const entries = Object.entries(stringEntries(pattern)).map(([key, value]) =>
    tagOf(compileClause(key, value, compiler, depth)),
  );
  const order = (tags: readonly BoundClause[]): ClauseOrder => orderClauses(tags, () => false);
  if (entries.every(({ matches }) => matches === undefined)) {
    const fixed = order(entries.map(({ clause }) => ({ clause, name: clause.name })));
    return objectNode(() => fixed);
  }
  return objectNode((resource, run) => order(entries.map((entry) => bind(entry, resource, run))));
}

interface Tag {
  readonly clause: Clause;
  readonly matches: ((key: string) => boolean) | undefined;
}

function tagOf(clause: Clause): Tag {
  return { clause, matches: hasWildcard(clause.key) ? compileWildcard(clause.name) : undefined };
}

function bind({ clause, matches }: Tag, resource: JsonObject, run: MatchRun): BoundClause {
  if (matches === undefined) return { clause, name: clause.name };
  let first: string | undefined;
  for (const key of Object.keys(resource)) {
    run.budget.step();
    if (matches(key) && (first === undefined || compareText(key, first) < 0)) first = key;
  }
  return { clause, name: first ?? clause.name };
}
