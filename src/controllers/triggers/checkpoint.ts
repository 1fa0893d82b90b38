import type { ResourceType } from "#api/meta/resource-type.ts";
import { isNotFound } from "#kube/client/api-error.ts";
import { parseJson, stringifyJson } from "#kube/client/json.ts";
import type { KubeClient } from "#kube/client/kube-client.ts";
import type { FailingTrigger } from "./consumer-queue.ts";
import { fieldManagerPrefix } from "./own-writes.ts";
import type { Position } from "./progress.ts";

/** What a process tells the one that comes after it. */
export interface Checkpoint {
  /** Uid of the namespace `kube-system`: another cluster's versions mean nothing. */
  readonly cluster: string;
  /** How far each kind is worked off. */
  readonly kinds: Readonly<Record<string, Position>>;
  /** Contents of the rules that were in force, by key. */
  readonly rules: Readonly<Record<string, string>>;
  /** Rules whose existing triggers were all taken, with the content for which that is so. */
  readonly existing: Readonly<Record<string, string>>;
  /** What failed, by key; bounded. */
  readonly failing: readonly FailingTrigger[];
  /** What consumers want to know again. */
  readonly notes: Readonly<Record<string, unknown>>;
}

export interface StoredCheckpoint {
  readonly checkpoint: Checkpoint;
  /** When it was written, as the API server told; undefined where that cannot be told. */
  readonly writtenAt: string | undefined;
}

const configMaps: ResourceType = {
  group: "",
  version: "v1",
  kind: "ConfigMap",
  resource: "configmaps",
  namespaced: true,
  preferred: true,
  verbs: ["get", "patch"],
};
const namespaces: ResourceType = {
  ...configMaps,
  kind: "Namespace",
  resource: "namespaces",
  namespaced: false,
};
const checkpointName = "rearguard-triggers";
const manager = `${fieldManagerPrefix}-triggers`;
const dataKey = "checkpoint.json";

export interface CheckpointStore {
  /** Undefined where there is none, it is of another cluster, or it cannot be read. Rejects where the server fails. */
  load(): Promise<StoredCheckpoint | undefined>;
  save(checkpoint: Checkpoint): Promise<void>;
  /** Uid of the namespace `kube-system`; empty where it may not be read. */
  cluster(): Promise<string>;
}

/** Keeps the checkpoint in a ConfigMap, which a restore of the store takes back together with everything else. */
export function createCheckpointStore(
  client: Pick<KubeClient, "get" | "patch">,
  namespace: string,
): CheckpointStore {
  let known: string | undefined;
  const cluster = async (): Promise<string> => {
    if (known !== undefined) return known;
    try {
      const object = await client.get(namespaces, { name: "kube-system" }, { metadataOnly: true });
      known = object.metadata.uid;
    } catch (error) {
      if (!isNotFound(error)) throw error;
      known = "";
    }
    return known;
  };
  return {
    cluster,
    async load() {
      const here = await cluster();
      try {
        const object = await client.get(configMaps, { namespace, name: checkpointName });
        const checkpoint = decodeCheckpoint(
          (object["data"] as Record<string, unknown> | undefined)?.[dataKey],
        );
        if (checkpoint === undefined || checkpoint.cluster !== here) return undefined;
        return { checkpoint, writtenAt: writtenAt(object.metadata["managedFields"]) };
      } catch (error) {
        if (isNotFound(error)) return undefined;
        throw error;
      }
    },
    async save(checkpoint) {
      await client.patch(
        configMaps,
        { namespace, name: checkpointName },
        {
          apiVersion: "v1",
          kind: "ConfigMap",
          metadata: { name: checkpointName, namespace },
          data: { [dataKey]: stringifyJson(checkpoint) },
        },
        { kind: "apply", force: true, fieldManager: manager, timeoutMs: 10_000 },
      );
    },
  };
}

function writtenAt(managedFields: unknown): string | undefined {
  const entries: readonly { manager?: unknown; time?: unknown }[] = Array.isArray(managedFields)
    ? managedFields
    : [];
  const time = entries.find((entry) => entry.manager === manager)?.time;
  return typeof time === "string" ? time : undefined;
}

type Fields = Readonly<Record<string, unknown>>;
const isFields = (value: unknown): value is Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Reads what was stored; undefined for what is none, whoever wrote it. */
export function decodeCheckpoint(value: unknown): Checkpoint | undefined {
  if (typeof value !== "string") return undefined;
  let parsed: unknown;
  try {
    parsed = parseJson(value);
  } catch {
    return undefined;
  }
  if (!isFields(parsed) || typeof parsed["cluster"] !== "string") return undefined;
  return {
    cluster: parsed["cluster"],
    kinds: decodeKinds(parsed["kinds"]),
    rules: texts(parsed["rules"]),
    existing: texts(parsed["existing"]),
    failing: Array.isArray(parsed["failing"]) ? parsed["failing"].filter(isFailing) : [],
    notes: isFields(parsed["notes"]) ? parsed["notes"] : {},
  };
}

function decodeKinds(value: unknown): Readonly<Record<string, Position>> {
  if (!isFields(value)) return {};
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, position]) => {
      if (!isFields(position) || typeof position["resourceVersion"] !== "string") return [];
      const { resourceVersion, createdFrom } = position;
      return [
        [key, { resourceVersion, ...(typeof createdFrom === "string" ? { createdFrom } : {}) }] as const,
      ];
    }),
  );
}

function texts(value: unknown): Readonly<Record<string, string>> {
  if (!isFields(value)) return {};
  return Object.fromEntries(
    Object.entries(value).filter((entry): entry is [string, string] => typeof entry[1] === "string"),
  );
}

const operations: ReadonlySet<unknown> = new Set(["CREATE", "UPDATE", "DELETE", "CONNECT"]);

function isFailing(value: unknown): value is FailingTrigger {
  return (
    isFields(value) &&
    ["rule", "apiVersion", "kind", "namespace", "name", "uid"].every(
      (key) => typeof value[key] === "string",
    ) &&
    operations.has(value["operation"])
  );
}
