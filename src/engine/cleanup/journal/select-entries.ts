import { parseUtc } from "../cleanup-options.ts";
import { causeText } from "./journal-entry.ts";
import type { JournalEntry } from "./journal-entry.ts";

/** Which entries are meant: those that fulfil everything that is given. */
export interface JournalQuery {
  /** Objects by name, and kind where it is given; empty for all. */
  readonly names: readonly { readonly kind?: string; readonly name: string }[];
  readonly kind?: string;
  /** Of the deleted objects. */
  readonly namespace?: string;
  /** `name`, `namespace/name`, `Kind/name` or `Kind/namespace/name`. */
  readonly policy?: string;
  readonly run?: string;
  /** Deleted at this time or later, in milliseconds since 1970. */
  readonly sinceMs?: number;
  /** Deleted at this time or before. */
  readonly untilMs?: number;
}

/** True for an entry that is meant. */
export function matchesQuery(entry: JournalEntry, query: JournalQuery): boolean {
  const { manifest, run } = entry;
  const { names, kind, namespace, policy, sinceMs = -Infinity, untilMs = Infinity } = query;
  const atMs = parseUtc(entry.time) ?? 0;
  return (
    atMs >= sinceMs &&
    atMs <= untilMs &&
    (query.run === undefined || query.run === run) &&
    (namespace === undefined || namespaceOf(entry) === namespace) &&
    (kind === undefined || isOfKind(entry, kind)) &&
    (policy === undefined || isOfPolicy(entry, policy)) &&
    (names.length === 0 ||
      names.some(
        (wanted) =>
          wanted.name === manifest.metadata.name &&
          (wanted.kind === undefined || isOfKind(entry, wanted.kind)),
      ))
  );
}

/** `ConfigMap`, `configmap`, `configmaps`: as people type kinds. */
function isOfKind({ manifest, resource }: JournalEntry, kind: string): boolean {
  const given = kind.toLowerCase();
  return given === manifest.kind.toLowerCase() || given === resource;
}

function isOfPolicy({ cause }: JournalEntry, text: string): boolean {
  const { kind, namespace, name } = cause;
  const full = namespace === undefined ? name : `${namespace}/${name}`;
  return text === name || text === full || text === `${kind}/${name}` || text === causeText(cause);
}

/** Empty for a cluster-scoped object. */
export function namespaceOf({ manifest }: JournalEntry): string {
  const { namespace } = manifest.metadata;
  return typeof namespace === "string" ? namespace : "";
}

/** Kinds that others need before they can be created. */
const firstKinds: ReadonlyMap<string, number> = new Map([
  ["CustomResourceDefinition", 0],
  ["Namespace", 1],
  ["ServiceAccount", 2],
]);

/**
 * The last state of each object, in the order in which they can be created. What was deleted several times under one name
 * comes once.
 */
export function restoreOrder(entries: readonly JournalEntry[]): readonly JournalEntry[] {
  const newest = new Map<string, JournalEntry>();
  for (const entry of entries) {
    const { apiVersion, kind, metadata } = entry.manifest;
    const group = apiVersion.includes("/") ? apiVersion.slice(0, apiVersion.indexOf("/")) : "";
    const key = JSON.stringify([group, kind, namespaceOf(entry), metadata.name]);
    const known = newest.get(key);
    if (known === undefined || known.time <= entry.time) newest.set(key, entry);
  }
  const rank = ({ manifest }: JournalEntry): number => firstKinds.get(manifest.kind) ?? 3;
  return [...newest.values()].toSorted((a, b) => rank(a) - rank(b));
}
