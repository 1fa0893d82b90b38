import type { GroupVersionKind } from "../input.ts";

/** The plural under which the API serves a kind: the one that is known, else the one that Kubernetes tools guess. */
export function resourceOf(gvk: GroupVersionKind): string {
  return gvk.resource ?? guessedResource(gvk.kind);
}

/** The plural of a kind by the rule of Kubernetes tools (`UnsafeGuessKindToResource`). */
function guessedResource(kind: string): string {
  const name = kind.toLowerCase();
  if (name.endsWith("s")) return name === "endpoints" ? name : `${name}es`;
  if (name.endsWith("y")) return `${name.slice(0, -1)}ies`;
  return `${name}s`;
}
