import { decodeMeta } from "#api/meta/object-meta.ts";
import type { KubeObject } from "#api/meta/object-meta.ts";
import type { Decoded } from "#api/schema/decode.ts";
import { parseUtc, readCleanupOptions } from "../cleanup-options.ts";
import type { CleanupLimits } from "../cleanup-options.ts";
import { parseSchedule } from "../schedule/parse-schedule.ts";
import type { CleanupTask, StoredStatus } from "./cleanup-task.ts";
import type { PolicyRow } from "./policy-rows.ts";

/** Reads an object of a policy kind. Never throws: what cannot be read is a list of problems with paths. */
export function prepareTask(
  row: PolicyRow,
  object: KubeObject,
  defaults: CleanupLimits,
): Decoded<CleanupTask> {
  const meta = decodeMeta(object);
  if (meta === undefined)
    return { ok: false, problems: [{ path: "metadata", message: "name or uid is missing" }] };
  // What somebody wrote into its status must not keep a policy from being read.
  const { status, ...written } = object;
  const read = row.read(written);
  if (!read.ok) return read;
  const { schedule, propagation, selection } = read.value;
  const { name, namespace, uid, generation, annotations } = meta;
  const inNamespace = namespace === undefined ? {} : { namespace };
  return {
    ok: true,
    value: {
      key: taskKey(row.kind, object),
      kind: row.kind,
      family: row.family,
      apiVersion: object.apiVersion,
      name,
      ...inNamespace,
      uid,
      ...(generation === undefined ? {} : { generation }),
      createdMs: parseUtc(meta.creationTimestamp ?? "") ?? 0,
      schedule: parseSchedule(schedule, row.family),
      options: readCleanupOptions(annotations, defaults),
      ...(propagation === undefined ? {} : { propagation }),
      selection,
      scope: {
        policyKind: row.kind,
        policyName: name,
        ...(namespace === undefined ? {} : { policyNamespace: namespace }),
      },
      stored: storedStatus(status),
    },
  };
}

/** The key of a policy of this kind. */
export function taskKey(kind: string, { metadata }: KubeObject): string {
  const namespace = metadata["namespace"];
  return `${kind}/${typeof namespace === "string" ? namespace : ""}/${metadata.name}`;
}

function storedStatus(status: unknown): StoredStatus {
  const raw = isRecord(status) ? status : {};
  const lastExecutionMs = timeOf(raw["lastExecutionTime"]);
  const held = isRecord(raw["heldRun"]) ? timeOf(raw["heldRun"]["scheduledTime"]) : undefined;
  return {
    raw,
    ...(lastExecutionMs === undefined ? {} : { lastExecutionMs }),
    ...(held === undefined ? {} : { heldRunMs: held }),
  };
}

function timeOf(value: unknown): number | undefined {
  return typeof value === "string" ? parseUtc(value.replace(/\.\d+Z$/, "Z")) : undefined;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
