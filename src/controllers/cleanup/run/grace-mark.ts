import { cleanupPrefix, parseUtc } from "#engine/cleanup/cleanup-options.ts";
import { fnv1a } from "#engine/cleanup/fnv1a.ts";

/** Says, on an object, when a policy deletes it. The key is the policy's own, so that two policies do not meet. */
export function markKeyOf(policyKey: string): string {
  return `${cleanupPrefix}delete-after.${fnv1a(policyKey).toString(16).padStart(8, "0")}`;
}

/** When the object's mark says that it goes. One that cannot be read is none: the wait begins anew. */
export function readMark(annotations: Readonly<Record<string, string>>, markKey: string): number | undefined {
  return Object.hasOwn(annotations, markKey) ? parseUtc(annotations[markKey] ?? "") : undefined;
}

/** A time as marks and status have it: whole seconds, UTC. */
export function utcText(atMs: number): string {
  return new Date(Math.floor(atMs / 1000) * 1000).toISOString().replace(".000Z", "Z");
}
