declare const brand: unique symbol;

/** The uid of an object; made only where an object's metadata is decoded. */
export type Uid = string & { readonly [brand]: "Uid" };

export interface OwnerReference {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly uid: string;
  readonly controller?: boolean;
  readonly blockOwnerDeletion?: boolean;
}

export interface ObjectMeta {
  readonly name: string;
  /** Absent for cluster-scoped objects. */
  readonly namespace?: string;
  readonly uid: Uid;
  /** Opaque: compared for equality only. */
  readonly resourceVersion: string;
  readonly generation?: number;
  readonly creationTimestamp?: string;
  readonly deletionTimestamp?: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly ownerReferences: readonly OwnerReference[];
}

/** An object of any kind as it arrives: only its metadata is known to be well formed. */
export interface KubeObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly uid: string;
    readonly resourceVersion: string;
  } & Readonly<Record<string, unknown>>;
  readonly [field: string]: unknown;
}

function stringMap(value: unknown): Readonly<Record<string, string>> {
  if (typeof value !== "object" || value === null) return {};
  const entries = Object.entries(value).filter(
    (entry): entry is [string, string] => typeof entry[1] === "string",
  );
  return Object.fromEntries(entries);
}

function text(record: Readonly<Record<string, unknown>>, key: string): string | undefined {
  const value = Object.hasOwn(record, key) ? record[key] : undefined;
  return typeof value === "string" && value !== "" ? value : undefined;
}

function ownerReferences(value: unknown): OwnerReference[] {
  return Array.isArray(value)
    ? value.filter((item): item is OwnerReference => typeof item?.uid === "string")
    : [];
}

/**
 * The metadata of a foreign object, or undefined where name, uid or resourceVersion is missing. Labels and annotations
 * that are no strings are left out, null maps read as empty.
 */
export function decodeMeta(object: unknown): ObjectMeta | undefined {
  if (typeof object !== "object" || object === null) return undefined;
  const raw = (object as Readonly<Record<string, unknown>>)["metadata"];
  if (typeof raw !== "object" || raw === null) return undefined;
  const record = raw as Readonly<Record<string, unknown>>;
  const name = text(record, "name");
  const uid = text(record, "uid");
  const resourceVersion = text(record, "resourceVersion");
  if (name === undefined || uid === undefined || resourceVersion === undefined) return undefined;
  const namespace = text(record, "namespace");
  const creationTimestamp = text(record, "creationTimestamp");
  const deletionTimestamp = text(record, "deletionTimestamp");
  const generation = record["generation"];
  return {
    name,
    uid: uid as Uid,
    resourceVersion,
    ...(namespace === undefined ? {} : { namespace }),
    ...(creationTimestamp === undefined ? {} : { creationTimestamp }),
    ...(deletionTimestamp === undefined ? {} : { deletionTimestamp }),
    ...(typeof generation === "number" ? { generation } : {}),
    labels: stringMap(record["labels"]),
    annotations: stringMap(record["annotations"]),
    ownerReferences: ownerReferences(record["ownerReferences"]),
  };
}
