import { hash } from "node:crypto";
import type { KubeObject } from "#api/meta/object-meta.ts";
import { stringifyJson } from "#kube/client/json.ts";

/** Fields of the metadata that change on every write and that no verdict depends on. */
const bookkeeping = new Set(["managedFields", "resourceVersion", "generation"]);

/**
 * Makes the function that hashes what policies can see of an object: equal hashes mean that no verdict can differ, up to
 * a chance of 2^-64 that nobody outside can steer, because the key is random per process.
 *
 * `withStatus` says whether some policy reads the object's status; most do not, and then the status, the part that
 * changes most, does not count.
 */
export function createSeenHash(key: string): (object: KubeObject, withStatus: boolean) => string {
  return (object, withStatus) => {
    const metadata = Object.fromEntries(
      Object.entries(object.metadata).filter(([field]) => !bookkeeping.has(field)),
    );
    const visible = withStatus ? { ...object, metadata } : { ...object, metadata, status: undefined };
    return hash("sha256", `${key}${withStatus ? "+" : "-"}${stringifyJson(visible)}`, "binary").slice(0, 8);
  };
}
