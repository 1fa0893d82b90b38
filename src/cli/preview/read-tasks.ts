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

/** A policy that deletes on a schedule, and the schedule as it was written. */
export interface PreviewTask {
  readonly task: CleanupTask;
  readonly schedule: string;
}

/** The limits of an operator that nobody told otherwise. */
const defaultLimits: CleanupLimits = { maxPercent: 50, percentFrom: 100 };

/** Reads policies from files, folders and standard input; documents of other kinds are passed over and named. */
export async function readTasks(
  paths: readonly string[],
  files: DocumentFiles,
): Promise<{
  readonly tasks: readonly PreviewTask[];
  readonly problems: readonly string[];
  readonly passedOver: number;
}> {
  const tasks: PreviewTask[] = [];
  const problems: string[] = [];
  let passedOver = 0;
  for (const path of paths) {
    const found = await findFiles(path, true);
    for await (const document of readDocuments(found.files, files)) {
      if (document.kind === "problem") {
        problems.push(document.message);
        continue;
      }
      const prepared = taskOf(document.content, tasks.length);
      if (prepared === undefined) passedOver += 1;
      else if (prepared.ok) tasks.push(prepared.value);
      else {
        const [first] = prepared.problems;
        const where =
          first === undefined ? describePlace(document.place) : describeField(document, first.path);
        problems.push(`${where}: ${first?.message ?? "cannot be read"}`);
      }
    }
  }
  return { tasks, problems, passedOver };
}

type Prepared =
  | { readonly ok: true; readonly value: PreviewTask }
  | { readonly ok: false; readonly problems: readonly { readonly path: string; readonly message: string }[] };

/** The policy of a document; undefined where it is of another kind. */
export function taskOf(content: unknown, index: number): Prepared | undefined {
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
