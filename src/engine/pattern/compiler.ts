import type { Json, JsonObject, NumberMode } from "../values/json.ts";
import type { PatternNode } from "./mismatch.ts";

/** What the kinds of nodes need of each other while a pattern is compiled. */
export interface PatternCompiler {
  readonly numbers: NumberMode;
  node(pattern: Json, depth: number): PatternNode;
  /** A node for a `metadata` object, whose labels and annotations may have wildcards in their keys. */
  metadata(pattern: JsonObject, depth: number): PatternNode;
  hasAnchors(pattern: Json, depth: number): boolean;
}
