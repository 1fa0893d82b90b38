import { isRecord } from "#api/schema/path.ts";
import type { KubeObject } from "#api/meta/object-meta.ts";
import { splitApiVersion } from "#api/meta/resource-type.ts";
import type { CleanupLimits } from "#engine/cleanup/cleanup-options.ts";
import type { CleanupTask } from "#engine/cleanup/task/cleanup-task.ts";
import { policyRows } from "#engine/cleanup/task/policy-rows.ts";
import { prepareTask } from "#engine/cleanup/task/prepare-task.ts";

import { findFiles } from "../documents/find-files.ts";
import { describeField } from "../documents/locate-field.ts";
import { readDocuments } from "../documents/read-documents.ts";
import type { DocumentFiles } from "../documents/read-documents.ts";
import { describePlace } from "../documents/source-document.ts";
import { actingPoliciesOf } from "./acting-policy.ts";
import type { ActingPolicy } from "./acting-policy.ts";

/** A policy that deletes on a schedule, and the schedule as it was written. */
export interface PreviewTask {
  readonly task: CleanupTask;
  readonly schedule: string;
}

/** A policy that can be previewed. */
export type Previewable =
  | ({ readonly kind: "schedule" } & PreviewTask)
  | { readonly kind: "act"; readonly policy: ActingPolicy };

/** The limits of an operator that nobody told otherwise. */
const defaultLimits: CleanupLimits = { maxPercent: 50, percentFrom: 100 };

/** Reads policies from files, folders and standard input; documents of other kinds are passed over and counted. */
export async function readPreviewables(
  paths: readonly string[],
  files: DocumentFiles,
): Promise<{
  readonly found: readonly Previewable[];
  readonly problems: readonly string[];
  readonly passedOver: number;
}> {
  const found: Previewable[] = [];
  const problems: string[] = [];
  let passedOver = 0;
  for (const path of paths) {
    const { files: names } = await findFiles(path, true);
    for await (const document of readDocuments(names, files)) {
      if (document.kind === "problem") {
        problems.push(document.message);
        continue;
      }
      const read = previewablesOf(document.content, found.length);
      if (read === undefined) passedOver += 1;
      else if (read.ok) found.push(...read.value);
      else {
        const [first] = read.problems;
        const where =
          first === undefined ? describePlace(document.place) : describeField(document, first.path);
        problems.push(`${where}: ${first?.message ?? "cannot be read"}`);
      }
    }
  }
  return { found, problems, passedOver };
}

/** What of a document can be previewed; undefined where it is of another kind. */
export function previewablesOf(content: unknown, index: number): Read<readonly Previewable[]> | undefined {
  const task = taskOf(content, index);
  if (task !== undefined) return task.ok ? { ok: true, value: [{ kind: "schedule", ...task.value }] } : task;
  const acting = actingPoliciesOf(content);
  if (acting === undefined || !acting.ok) return acting;
  return { ok: true, value: acting.value.map((policy) => ({ kind: "act", policy })) };
}

/** What a document gives, or what keeps it from being read. */
export type Read<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly problems: readonly { readonly path: string; readonly message: string }[] };

/** The policy of a document; undefined where it is of another kind. */
export function taskOf(content: unknown, index: number): Read<PreviewTask> | undefined {
  if (!isRecord(content)) return undefined;
  const { apiVersion, kind, metadata, spec } = content;
  const { group } = splitApiVersion(typeof apiVersion === "string" ? apiVersion : "");
  const row = policyRows.find((candidate) => candidate.kind === kind && candidate.group === group);
  if (row === undefined) return undefined;
  const identity = { uid: `file-${index}`, resourceVersion: "0", ...(isRecord(metadata) ? metadata : {}) };
  const namespaced = row.kind === "CleanupPolicy" || row.kind === "NamespacedDeletingPolicy";
  const placed = namespaced ? { namespace: "default", ...identity } : identity;
  const prepared = prepareTask(row, { ...content, metadata: placed } as unknown as KubeObject, defaultLimits);
  if (!prepared.ok) return prepared;
  const schedule = isRecord(spec) && typeof spec["schedule"] === "string" ? spec["schedule"] : "";
  return { ok: true, value: { task: prepared.value, schedule } };
}
