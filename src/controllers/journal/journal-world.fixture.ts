import { randomBytes } from "node:crypto";
import { gunzipSync } from "node:zlib";
import type { KubeObject } from "#api/meta/object-meta.ts";
import { decodeJournalEntry } from "#engine/cleanup/journal/journal-entry.ts";
import type { DeletedObject, JournalEntry } from "#engine/cleanup/journal/journal-entry.ts";

/** A ConfigMap that is about to be deleted. */
export function deletedConfigMap(name: string, more: { run?: string; data?: object } = {}): DeletedObject {
  return {
    type: {
      group: "",
      version: "v1",
      kind: "ConfigMap",
      resource: "configmaps",
      namespaced: true,
      preferred: true,
      verbs: [],
    },
    object: {
      metadata: { name, namespace: "shop", uid: `uid-${name}`, resourceVersion: "1" },
      data: more.data ?? {},
    } as unknown as KubeObject,
    cause: { kind: "ClusterCleanupPolicy", name: "stale" },
    run: more.run ?? "2026-03-01T10:00:00Z",
    reason: "selected by the policy",
  };
}

/** The entries of a file or ConfigMap. */
export function entriesIn(content: Uint8Array): readonly JournalEntry[] {
  return gunzipSync(content)
    .toString("utf8")
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => decodeJournalEntry(JSON.parse(line)))
    .filter((entry) => entry !== undefined);
}

/** Text that compression makes little shorter. */
export function noise(length: number): string {
  return randomBytes(length).toString("base64").slice(0, length);
}
