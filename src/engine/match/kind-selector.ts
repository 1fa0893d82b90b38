import type { GroupVersionKind } from "../input.ts";
import { matchesWildcard } from "../values/wildcard.ts";
import { resourceOf } from "./resource-name.ts";

/** What a `kinds` entry selects; every part is a wildcard pattern. An empty `subresource` selects whole objects only. */
export interface KindSelector {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly subresource: string;
  /** The plural of the kind, exactly; absent where it does not count. */
  readonly resource?: string;
}

const versionPiece = /^v\d+(?:(?:alpha|beta)\d+)?$/;
/** Longer than any legal entry, and short enough for any wildcard. */
const maxLength = 500;
const nothing: KindSelector = { group: "", version: "", kind: "", subresource: "" };

/**
 * Reads a `kinds` entry: `Kind`, `version/Kind`, `group/version/Kind`, each with `/subresource` or `.subresource`.
 * Never fails: like Kyverno, a text outside the grammar becomes a selector that matches nothing useful.
 */
export function parseKindSelector(text: string): KindSelector {
  if (text.length > maxLength) return nothing;
  const pieces = text.split("/");
  const last = pieces.pop() ?? "";
  const dot = last.indexOf(".");
  if (dot < 0) pieces.push(last);
  else pieces.push(last.slice(0, dot), ...last.slice(dot + 1).split("."));
  return selectorOf(pieces);
}

function isVersion(piece: string): boolean {
  return piece === "*" || versionPiece.test(piece);
}

function selectorOf(pieces: readonly string[]): KindSelector {
  const [first = "", second = "", third = "", fourth = ""] = pieces;
  switch (pieces.length) {
    case 1:
      return { group: "*", version: "*", kind: first, subresource: "" };
    case 2:
      return twoPieces(first, second);
    case 3:
      return isVersion(first)
        ? { group: "*", version: first, kind: second, subresource: third }
        : { group: first, version: second, kind: third, subresource: "" };
    case 4:
      return { group: first, version: second, kind: third, subresource: fourth };
    default:
      return nothing;
  }
}

function twoPieces(first: string, second: string): KindSelector {
  if (first === "*" && second === "*") return { group: "*", version: "*", kind: "*", subresource: "*" };
  if (first === "*" && second === second.toLowerCase()) {
    return { group: "*", version: "*", kind: "*", subresource: second };
  }
  return isVersion(first)
    ? { group: "*", version: first, kind: second, subresource: "" }
    : { group: "*", version: "*", kind: first, subresource: second };
}

/** True where the selector takes objects of this kind (and subresource, empty for whole objects). */
export function matchesKind(selector: KindSelector, gvk: GroupVersionKind, subresource: string): boolean {
  return (
    matchesWildcard(selector.kind, gvk.kind) &&
    matchesWildcard(selector.group, gvk.group) &&
    matchesWildcard(selector.version, gvk.version) &&
    (selector.resource === undefined || selector.resource === resourceOf(gvk)) &&
    (matchesWildcard(selector.subresource, subresource) || isEphemeralContainers(gvk, subresource))
  );
}

/** Rules for pods have always covered their `ephemeralcontainers` without naming them. */
function isEphemeralContainers(gvk: GroupVersionKind, subresource: string): boolean {
  return (
    subresource === "ephemeralcontainers" && gvk.group === "" && gvk.version === "v1" && gvk.kind === "Pod"
  );
}
