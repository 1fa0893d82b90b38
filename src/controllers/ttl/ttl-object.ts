import type { ObjectMeta } from "#api/meta/object-meta.ts";
import type { ResourceType } from "#api/meta/resource-type.ts";
import { cleanupPrefix, parseUtc } from "#engine/cleanup/cleanup-options.ts";
import { parseTtl, ttlDueMs } from "#engine/cleanup/ttl/ttl-value.ts";
import type { TtlValue } from "#engine/cleanup/ttl/ttl-value.ts";

/** The label that gives an object a time to live. */
export const ttlLabel = "cleanup.kyverno.io/ttl";
/** How what depends on the object is treated: Foreground, Background or Orphan. */
const propagationAnnotation = "cleanup.kyverno.io/propagation-policy";
/** A time from which a lifetime counts, instead of the creation: whoever renews it keeps the object. */
const refreshAnnotation = `${cleanupPrefix}ttl-from`;

type Propagation = "Foreground" | "Background" | "Orphan";

const propagations: ReadonlySet<string> = new Set<Propagation>(["Foreground", "Background", "Orphan"]);

/** What a labelled object asks for. */
export type TtlState =
  /** No label, or on its way out: nothing to do. */
  | { readonly kind: "none" }
  | { readonly kind: "never" }
  | { readonly kind: "invalid"; readonly problem: string }
  | { readonly kind: "due"; readonly dueMs: number; readonly propagation?: Propagation };

/** Reads label and annotations of an object. A refresh that cannot be read keeps the object: its owner wanted to. */
export function readTtl({ labels, annotations, creationTimestamp, deletionTimestamp }: ObjectMeta): TtlState {
  if (deletionTimestamp !== undefined || !Object.hasOwn(labels, ttlLabel)) return { kind: "none" };
  const value = parseTtl(labels[ttlLabel] ?? "");
  if (value.kind === "invalid") return { kind: "invalid", problem: value.problem };
  const sinceMs = sinceOf(annotations, creationTimestamp);
  if (sinceMs === undefined) {
    return { kind: "invalid", problem: `${refreshAnnotation} is no time such as 2026-01-31T15:30:00Z` };
  }
  return dueState(value, sinceMs, annotations);
}

function sinceOf(annotations: ObjectMeta["annotations"], created: string | undefined): number | undefined {
  const createdMs = parseUtc(created ?? "");
  if (!Object.hasOwn(annotations, refreshAnnotation)) return createdMs;
  return parseUtc(annotations[refreshAnnotation] ?? "");
}

function dueState(value: TtlValue, sinceMs: number, annotations: ObjectMeta["annotations"]): TtlState {
  const dueMs = ttlDueMs(value, sinceMs);
  if (dueMs === undefined) return { kind: "never" };
  const propagation = Object.hasOwn(annotations, propagationAnnotation)
    ? annotations[propagationAnnotation]
    : undefined;
  return propagation !== undefined && isPropagation(propagation)
    ? { kind: "due", dueMs, propagation }
    : { kind: "due", dueMs };
}

function isPropagation(text: string): text is Propagation {
  return propagations.has(text);
}

/** Where the label works: kinds as `Kind` or `group/Kind`, and namespaces; an empty list allows all. */
export interface TtlScope {
  readonly kinds: readonly string[];
  readonly namespaces: readonly string[];
}

/** True for a served kind on which the label may work: one version of it, and it can be watched and deleted. */
export function allowsTtl({ kinds }: TtlScope, type: ResourceType): boolean {
  const { group, kind, resource, verbs, preferred } = type;
  if (!preferred || resource.includes("/")) return false;
  if (!["list", "watch", "delete"].every((verb) => verbs.includes(verb))) return false;
  return kinds.length === 0 || kinds.includes(kind) || kinds.includes(`${group}/${kind}`);
}

/**
 * True where the label works on this object: it is in one of the namespaces, or is one of them itself. Other
 * cluster-scoped objects are in none: their kinds are what a setting allows.
 */
export function allowsObject(
  { namespaces }: TtlScope,
  { group, kind }: ResourceType,
  { name, namespace = "" }: Pick<ObjectMeta, "name" | "namespace">,
): boolean {
  const place = group === "" && kind === "Namespace" ? name : namespace;
  return namespaces.length === 0 || place === "" || namespaces.includes(place);
}
