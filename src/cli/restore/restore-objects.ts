import PQueue from "p-queue";

import { apiVersionOf } from "#api/meta/resource-type.ts";
import type { ResourceType } from "#api/meta/resource-type.ts";
import type { JournalEntry } from "#engine/cleanup/journal/journal-entry.ts";
import { namespaceOf, restoreOrder } from "#engine/cleanup/journal/select-entries.ts";
import { ApiError, isAlreadyExists, isNotFound } from "#kube/client/api-error.ts";
import type { KubeClient, ObjectKey } from "#kube/client/kube-client.ts";

export type RestoreAction =
  /** It would be created. */
  | "create"
  | "created"
  /** There is an object of that name; nothing was changed. */
  | "exists"
  /** Its data was never written down. */
  | "left out"
  | "error";

/** What became of one entry. */
export interface RestoredObject {
  readonly entry: JournalEntry;
  readonly action: RestoreAction;
  readonly note: string;
}

export interface RestoreOptions {
  readonly client: Pick<KubeClient, "create" | "get">;
  readonly types: readonly ResourceType[];
  /** Without, the server is asked whether it would, and nothing is created. */
  readonly really: boolean;
  /** Objects whose data was not written down are created without it. */
  readonly withoutData: boolean;
}

const concurrency = 8;
const fieldManager = "rearguard-restore";
const ttlLabel = "cleanup.kyverno.io/ttl";

/**
 * Creates the last state of each object, in an order in which they can stand. The server checks each one first (dry run);
 * what it refuses is not created and does not keep the others back. What exists is never changed.
 */
export async function restoreObjects(
  entries: readonly JournalEntry[],
  options: RestoreOptions,
): Promise<readonly RestoredObject[]> {
  const ordered = restoreOrder(entries);
  const restored: RestoredObject[] = [];
  /** Namespaces that would be there by now. */
  const coming = new Set<string>();
  for (const group of phasesOf(ordered)) {
    const queue = new PQueue({ concurrency });
    const done = await Promise.all(group.map((entry) => queue.add(() => restoreOne(entry, coming, options))));
    for (const object of done) {
      restored.push(object);
      const { manifest } = object.entry;
      if (manifest.kind === "Namespace" && object.action === "create") coming.add(manifest.metadata.name);
    }
  }
  return restored;
}

/** Neighbours of one kind that others wait for, one phase each; everything else is the last one. */
function phasesOf(ordered: readonly JournalEntry[]): readonly (readonly JournalEntry[])[] {
  const isFirst = ({ manifest }: JournalEntry): boolean =>
    manifest.kind === "Namespace" || manifest.kind === "CustomResourceDefinition";
  const kinds = Map.groupBy(ordered, (entry) => (isFirst(entry) ? entry.manifest.kind : ""));
  return [...kinds.values()];
}

async function restoreOne(
  entry: JournalEntry,
  coming: ReadonlySet<string>,
  { client, types, really, withoutData }: RestoreOptions,
): Promise<RestoredObject> {
  const { manifest, leftOut } = entry;
  if (leftOut.length > 0 && !withoutData) {
    const note = `${leftOut.join(", ")} was not written down; --without-data creates it without`;
    return { entry, action: "left out", note };
  }
  const type = types.find(
    (served) => apiVersionOf(served) === manifest.apiVersion && served.kind === manifest.kind,
  );
  if (type === undefined) {
    return { entry, action: "error", note: `${manifest.apiVersion} ${manifest.kind} is not served here` };
  }
  const namespace = type.namespaced ? namespaceOf(entry) : undefined;
  const create = (dryRun: boolean): Promise<unknown> =>
    client.create(type, namespace, manifest, { dryRun, fieldManager });
  try {
    await create(true);
  } catch (error) {
    const waits = isNotFound(error) && namespace !== undefined && coming.has(namespace);
    if (!waits) return refusal(entry, type, error, client);
  }
  if (!really) return { entry, action: "create", note: noteOn(entry) };
  try {
    await create(false);
    return { entry, action: "created", note: noteOn(entry) };
  } catch (error) {
    return refusal(entry, type, error, client);
  }
}

async function refusal(
  entry: JournalEntry,
  type: ResourceType,
  error: unknown,
  client: RestoreOptions["client"],
): Promise<RestoredObject> {
  const refused: RestoredObject = { entry, action: "error", note: (error as Error).message };
  // What is given out once, such as the address of a Service, is refused before the name is looked at.
  const mayExist = isAlreadyExists(error) || (error instanceof ApiError && error.status === 422);
  if (!mayExist) return refused;
  const namespace = namespaceOf(entry);
  const key: ObjectKey = { ...(namespace === "" ? {} : { namespace }), name: entry.manifest.metadata.name };
  try {
    const { metadata } = await client.get(type, key, { metadataOnly: true });
    const note =
      metadata.uid === entry.uid ? "it was not deleted" : "another object has its name; it is left as it is";
    return { entry, action: "exists", note };
  } catch {
    return isAlreadyExists(error)
      ? { entry, action: "exists", note: "there is an object of that name" }
      : refused;
  }
}

/** What to know of an object that is there again. */
function noteOn({ owners, leftOut, manifest }: JournalEntry): string {
  const { labels } = manifest.metadata;
  const hasTtl = typeof labels === "object" && labels !== null && Object.hasOwn(labels, ttlLabel);
  return [
    ...(owners.length === 0 ? [] : [`was owned by ${owners.join(", ")}`]),
    ...(leftOut.length === 0 ? [] : [`without ${leftOut.join(", ")}`]),
    ...(hasTtl ? [`its label ${ttlLabel} will delete it again`] : []),
  ].join("; ");
}
