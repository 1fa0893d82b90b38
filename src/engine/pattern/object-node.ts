import { compareText } from "../values/go-format.ts";
import { goTypeName } from "../values/go-type-name.ts";
import { isObject } from "../values/json.ts";
import type { Json, JsonObject } from "../values/json.ts";
import { formatAnchor } from "./anchor.ts";
import type { Clause } from "./clause.ts";
import { combineSkips } from "./mismatch.ts";
import type { MatchRun, Mismatch, PatternNode } from "./mismatch.ts";

/** A clause with the key of the resource that it stands for in this match. */
export interface BoundClause {
  readonly clause: Clause;
  readonly name: string;
}

/** The clauses of a pattern object in the order in which they are tested. */
export interface ClauseOrder {
  /** `()`, `=()`, `X()` and `^()`, by their full keys. */
  readonly anchors: readonly BoundClause[];
  /** All others: those with anchors below in descending order of keys, then the rest in ascending order. */
  readonly rest: readonly BoundClause[];
}

/** Sorts clauses; `leads` tells which of the others have anchors below them. */
export function orderClauses(
  clauses: readonly BoundClause[],
  leads: (clause: Clause) => boolean,
): ClauseOrder {
  const sorted = clauses
    .map((bound) => ({ bound, key: boundKey(bound) }))
    .sort((left, right) => compareText(left.key, right.key))
    .map(({ bound }) => bound);
  const rest = sorted.filter(({ clause }) => !isLocalAnchor(clause));
  const leading = rest.filter(({ clause }) => clause.kind === "global" || leads(clause));
  return {
    anchors: sorted.filter(({ clause }) => isLocalAnchor(clause)),
    rest: [...leading.toReversed(), ...rest.filter((bound) => !leading.includes(bound))],
  };
}

function isLocalAnchor(clause: Clause): boolean {
  return clause.kind !== "plain" && clause.kind !== "global";
}

/** The full key of a clause whose name may have been replaced. */
function boundKey({ clause, name }: BoundClause): string {
  if (name === clause.name) return clause.key;
  return clause.kind === "plain" ? name : formatAnchor(clause.kind, name);
}

/** A node that wants an object and tests its clauses, in an order that may depend on the resource. */
export function objectNode(order: (resource: JsonObject, run: MatchRun) => ClauseOrder): PatternNode {
  return (resource, run) => {
    run.visit();
    if (!isObject(resource)) return structureMismatch(resource, run);
    const clauses = order(resource, run);
    if (run.anchorsFound !== undefined) noteAnchors(clauses.anchors, resource, run.anchorsFound);
    return testAnchors(clauses.anchors, resource, run) ?? testRest(clauses.rest, resource, run);
  };
}

function structureMismatch(resource: Json | undefined, run: MatchRun): Mismatch {
  run.miss({ kind: "object" }, resource);
  const found = goTypeName(resource, run.numbers);
  return run.mismatch(
    `pattern and resource have different structures. Path: ${run.path()}. ` +
      `Expected map[string]interface {}, found ${found}`,
  );
}

/**
 * A skip lets the other anchors have their say. It decides where nothing applied, and where it comes from a conditional
 * anchor of this very object; after one of those, failures no longer count.
 */
function testAnchors(
  anchors: readonly BoundClause[],
  resource: JsonObject,
  run: MatchRun,
): Mismatch | undefined {
  let skips: Mismatch[] | undefined;
  let skippedHere = false;
  let applied = false;
  for (const { clause, name } of anchors) {
    const mismatch = clause.test(resource, name, run);
    if (mismatch === undefined) {
      applied = true;
    } else if (mismatch.kind === "skip") {
      (skips ??= []).push(mismatch);
      skippedHere ||= clause.kind === "conditional";
    } else if (!skippedHere) {
      return mismatch;
    }
  }
  if (skips === undefined) return undefined;
  return skippedHere || !applied ? combineSkips(skips, run) : undefined;
}

function testRest(rest: readonly BoundClause[], resource: JsonObject, run: MatchRun): Mismatch | undefined {
  for (const { clause, name } of rest) {
    const mismatch = clause.test(resource, name, run);
    if (mismatch !== undefined) return mismatch;
  }
  return undefined;
}

function noteAnchors(
  anchors: readonly BoundClause[],
  resource: JsonObject,
  found: Map<string, boolean>,
): void {
  for (const bound of anchors) {
    if (bound.clause.kind !== "conditional" && bound.clause.kind !== "existence") continue;
    const key = boundKey(bound);
    found.set(key, found.get(key) === true || Object.hasOwn(resource, bound.name));
  }
}
