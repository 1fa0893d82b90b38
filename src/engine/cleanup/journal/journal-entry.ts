import type { KubeObject } from "#api/meta/object-meta.ts";
import { decodeMeta } from "#api/meta/object-meta.ts";
import type { ResourceType } from "#api/meta/resource-type.ts";
import { isRecord } from "#api/schema/path.ts";
import { parseUtc } from "../cleanup-options.ts";
import { sanitiseManifest } from "./sanitise-manifest.ts";
import type { Manifest } from "./sanitise-manifest.ts";

/** What deletes: a policy, or the label that gives an object a time to live. */
export interface JournalCause {
  readonly kind: string;
  /** Absent for a policy of the cluster. */
  readonly namespace?: string;
  readonly name: string;
}

/** An object that is about to be deleted. */
export interface DeletedObject {
  readonly type: ResourceType;
  readonly object: KubeObject;
  readonly cause: JournalCause;
  /** The run, by its scheduled time (UTC, whole seconds); for the label the time at which the object was due. */
  readonly run: string;
  readonly reason: string;
}

/** What the journal keeps of a deleted object: one line of JSON. */
export interface JournalEntry {
  /** When it was about to be deleted: UTC, whole seconds. */
  readonly time: string;
  readonly cause: JournalCause;
  readonly run: string;
  readonly reason: string;
  /** Of the object that was deleted. */
  readonly uid: string;
  /** The plural under which its kind is served. */
  readonly resource: string;
  /** `Kind/name` of what owned it. */
  readonly owners: readonly string[];
  /** Fields that were left out on purpose: without them the object cannot be restored whole. */
  readonly leftOut: readonly string[];
  readonly manifest: Manifest;
}

/** The entry for an object. `time` is now, in UTC and whole seconds. */
export function buildJournalEntry(
  { type, object, cause, run, reason }: DeletedObject,
  options: { readonly time: string; readonly includeSecretData: boolean },
): JournalEntry {
  const meta = decodeMeta(object);
  const { manifest, leftOut } = sanitiseManifest(type, object, options);
  return {
    time: options.time,
    cause,
    run,
    reason,
    uid: object.metadata.uid,
    resource: type.resource,
    owners: (meta?.ownerReferences ?? []).map(({ kind, name }) => `${kind}/${name}`),
    leftOut,
    manifest,
  };
}

/** Reads a line of a journal; undefined for what is none, such as the end of a file that a crash cut off. */
export function decodeJournalEntry(value: unknown): JournalEntry | undefined {
  if (!isRecord(value)) return undefined;
  const [time, run, reason, uid, resource] = ["time", "run", "reason", "uid", "resource"].map((key) =>
    textOf(value, key),
  );
  const cause = decodeCause(value["cause"]);
  const manifest = decodeManifest(value["manifest"]);
  if (cause === undefined || manifest === undefined) return undefined;
  if (time === undefined || parseUtc(time) === undefined) return undefined;
  if (run === undefined || reason === undefined || uid === undefined || resource === undefined)
    return undefined;
  const owners = textsOf(value["owners"]);
  return { time, cause, run, reason, uid, resource, owners, leftOut: textsOf(value["leftOut"]), manifest };
}

function decodeCause(value: unknown): JournalCause | undefined {
  if (!isRecord(value)) return undefined;
  const [kind, namespace, name] = ["kind", "namespace", "name"].map((key) => textOf(value, key));
  if (kind === undefined || name === undefined) return undefined;
  return { kind, ...(namespace === undefined ? {} : { namespace }), name };
}

function decodeManifest(value: unknown): Manifest | undefined {
  if (!isRecord(value) || !isRecord(value["metadata"])) return undefined;
  const [apiVersion, kind, name] = [
    textOf(value, "apiVersion"),
    textOf(value, "kind"),
    textOf(value["metadata"], "name"),
  ];
  if (apiVersion === undefined || kind === undefined || name === undefined) return undefined;
  return { ...value, apiVersion, kind, metadata: { ...value["metadata"], name } };
}

function textOf(record: Readonly<Record<string, unknown>>, key: string): string | undefined {
  const value = Object.hasOwn(record, key) ? record[key] : undefined;
  return typeof value === "string" ? value : undefined;
}

function textsOf(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((item): item is string => typeof item === "string") : [];
}

/** A cause for people: `Kind/namespace/name`, or `Kind/name`. */
export function causeText({ kind, namespace, name }: JournalCause): string {
  return [kind, ...(namespace === undefined ? [] : [namespace]), name].join("/");
}
