import type { KubeObject } from "#api/meta/object-meta.ts";
import { decodeMeta } from "#api/meta/object-meta.ts";
import { cleanupPrefix, parseUtc } from "#engine/cleanup/cleanup-options.ts";

/** Says, on an object, when a policy deletes it. The key is the policy's own, so that two policies do not meet. */
export function markKeyOf(policyKey: string): string {
  let hash = 0x811c9dc5;
  for (let index = 0; index < policyKey.length; index += 1) {
    hash = Math.imul(hash ^ policyKey.charCodeAt(index), 0x01000193) >>> 0;
  }
  return `${cleanupPrefix}delete-after.${hash.toString(16).padStart(8, "0")}`;
}

export type MarkState = { readonly kind: "none" } | { readonly kind: "marked"; readonly dueMs: number };

/** What the object's mark says. One that cannot be read is none: the wait begins anew. */
export function readMark(object: KubeObject, markKey: string): MarkState {
  const annotations = decodeMeta(object)?.annotations ?? {};
  const dueMs = Object.hasOwn(annotations, markKey) ? parseUtc(annotations[markKey] ?? "") : undefined;
  return dueMs === undefined ? { kind: "none" } : { kind: "marked", dueMs };
}

/** A time as marks and status have it: whole seconds, UTC. */
export function utcText(atMs: number): string {
  return new Date(Math.floor(atMs / 1000) * 1000).toISOString().replace(".000Z", "Z");
}
