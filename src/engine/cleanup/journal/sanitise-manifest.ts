import type { KubeObject } from "#api/meta/object-meta.ts";
import { apiVersionOf } from "#api/meta/resource-type.ts";
import type { ResourceType } from "#api/meta/resource-type.ts";
import { isRecord } from "#api/schema/path.ts";
import { cleanupPrefix } from "../cleanup-options.ts";

type JsonRecord = Readonly<Record<string, unknown>>;

/** An object as it can be created again. */
export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string } & JsonRecord;
  readonly [field: string]: unknown;
}

/** Metadata that the server gives to every object. Owners are gone or have other uids: with them it would go again. */
const serverMetadata: ReadonlySet<string> = new Set([
  "uid",
  "resourceVersion",
  "generation",
  "creationTimestamp",
  "deletionTimestamp",
  "deletionGracePeriodSeconds",
  "managedFields",
  "selfLink",
  "ownerReferences",
]);

/** Says that a volume is bound to a claim that is gone; a claim that says so from the start is lost. */
const bindingAnnotations: ReadonlySet<string> = new Set([
  "pv.kubernetes.io/bind-completed",
  "pv.kubernetes.io/bound-by-controller",
]);
/** Holds the whole object once more. */
const lastApplied = "kubectl.kubernetes.io/last-applied-configuration";
const markPrefix = `${cleanupPrefix}delete-after.`;
/** The job controller gives them by the uid of the Job. */
const jobLabels: ReadonlySet<string> = new Set([
  "controller-uid",
  "batch.kubernetes.io/controller-uid",
  "job-name",
  "batch.kubernetes.io/job-name",
]);

/**
 * What is left of an object without everything that a server gave it: identity, status, owners, and what it fills in for
 * some kinds and would refuse from others (the node of a Pod, the generated selector of a Job). The data of a Secret
 * stays out unless it is asked for, also where an annotation repeats it; `leftOut` names what is missing.
 */
export function sanitiseManifest(
  type: ResourceType,
  object: KubeObject,
  { includeSecretData }: { readonly includeSecretData: boolean },
): { readonly manifest: Manifest; readonly leftOut: readonly string[] } {
  const { apiVersion: _version, kind: _kind, metadata, status: _status, ...content } = object;
  const hidesData = type.group === "" && type.kind === "Secret" && !includeSecretData;
  const leftOut = hidesData ? ["data", "stringData"].filter((key) => Object.hasOwn(content, key)) : [];
  const kept = leftOut.length === 0 ? content : without(content, new Set(leftOut));
  const plain: Manifest = {
    apiVersion: apiVersionOf(type),
    kind: type.kind,
    metadata: sanitiseMetadata(metadata, hidesData),
    ...kept,
  };
  return { manifest: sanitiseKind(type, plain), leftOut };
}

function sanitiseMetadata(
  metadata: KubeObject["metadata"],
  hidesData: boolean,
): { readonly name: string } & JsonRecord {
  const { name } = metadata;
  const rest: Record<string, unknown> = { ...without(metadata, serverMetadata), name };
  const { annotations } = rest;
  if (isRecord(annotations)) {
    const left = filterKeys(
      annotations,
      (key) =>
        !bindingAnnotations.has(key) && !key.startsWith(markPrefix) && !(hidesData && key === lastApplied),
    );
    if (Object.keys(left).length > 0) rest["annotations"] = left;
    else delete rest["annotations"];
  }
  return { ...rest, name };
}

function sanitiseKind({ group, kind }: ResourceType, manifest: Manifest): Manifest {
  const { spec } = manifest;
  if (!isRecord(spec)) return manifest;
  if (group === "" && kind === "Pod") return { ...manifest, spec: without(spec, new Set(["nodeName"])) };
  if (group === "batch" && kind === "Job" && spec["manualSelector"] !== true) {
    const template = isRecord(spec["template"]) ? { template: withoutJobLabels(spec["template"]) } : {};
    return withoutJobLabels({ ...manifest, spec: { ...without(spec, new Set(["selector"])), ...template } });
  }
  return manifest;
}

/** The same object or template without the labels that the job controller gives. */
function withoutJobLabels<T extends JsonRecord>(holder: T): T {
  const { metadata } = holder;
  if (!isRecord(metadata) || !isRecord(metadata["labels"])) return holder;
  const labels = without(metadata["labels"], jobLabels);
  const rest = without(metadata, new Set(["labels"]));
  return { ...holder, metadata: { ...rest, ...(Object.keys(labels).length === 0 ? {} : { labels }) } };
}

function without(record: JsonRecord, keys: ReadonlySet<string>): JsonRecord {
  return filterKeys(record, (key) => !keys.has(key));
}

function filterKeys(record: JsonRecord, isKept: (key: string) => boolean): JsonRecord {
  return Object.fromEntries(Object.entries(record).filter(([key]) => isKept(key)));
}
