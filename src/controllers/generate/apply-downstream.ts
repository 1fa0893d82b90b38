import { createHash } from "node:crypto";
import type { KubeObject } from "#api/meta/object-meta.ts";
import { apiVersionOf } from "#api/meta/resource-type.ts";
import type { ResourceType } from "#api/meta/resource-type.ts";
import type { DesiredObject } from "#engine/generate/desired-object.ts";
import { isAlreadyExists, isConflict, isNotFound } from "#kube/client/api-error.ts";
import { stringifyJson } from "#kube/client/json.ts";
import type { DownstreamIndex, KnownDownstream, Written } from "./downstream-index.ts";
import { downstreamOf, generateManager, managedEntries, placeKey, policyLabels } from "./downstream.ts";
import type { GenerateTask } from "./generate-task.ts";
import type { DesiredPlace } from "./plan-downstreams.ts";
import type { GenerateWorld } from "./ports.ts";
import { planTakeOver } from "./take-over.ts";

/** An object that is to exist, with the kind that it is of and hashes of what is to be written. */
export interface PreparedObject extends DesiredPlace {
  readonly type: ResourceType;
  readonly desired: DesiredObject;
  readonly written: Written;
}

/** Prepares an object of a kind for the plan. */
export function prepareObject(
  type: ResourceType,
  desired: DesiredObject,
  hash: GenerateWorld["hash"],
): PreparedObject {
  const namespace = type.namespaced ? desired.target.namespace : "";
  const content = hash(desired.object);
  return {
    type,
    desired,
    key: placeKey(type, { namespace, name: desired.target.name }),
    content,
    written: { content, shape: shapeOf(desired.object) },
  };
}

/** Hash of which fields there are. Lists count by their length: elements come and go as wholes. */
function shapeOf(value: unknown): string {
  const text = stringifyJson(value) ?? "";
  const shape = JSON.stringify(JSON.parse(text), (_key, item: unknown) =>
    typeof item === "object" && item !== null ? item : 0,
  );
  return createHash("sha256").update(shape).digest("base64").slice(0, 12);
}

/** Writes what plans say, each call through the guard, and keeps the index true. */
export interface DownstreamWriter {
  /** Makes the object so, whoever made it. Resolves to whether it did not exist. */
  apply(task: GenerateTask, object: PreparedObject, known: KnownDownstream | undefined): Promise<boolean>;
  /** Makes the object where nothing stands; false where something does. */
  create(task: GenerateTask, object: PreparedObject): Promise<boolean>;
  /** Deletes it where it still is what it was. Resolves to whether it is gone. */
  delete(task: Pick<GenerateTask, "scope">, downstream: KnownDownstream): Promise<boolean>;
  /** It is not this rule's any more, and stays. */
  letGo(task: Pick<GenerateTask, "scope">, downstream: KnownDownstream): Promise<void>;
}

export function createDownstreamWriter(
  world: Pick<GenerateWorld, "client" | "guard" | "ownWrites">,
  index: DownstreamIndex,
): DownstreamWriter {
  const { client, guard, ownWrites } = world;
  const keyIn = (type: ResourceType, namespace: string, name: string) => ({
    name,
    ...(type.namespaced && namespace !== "" ? { namespace } : {}),
  });

  const note = (type: ResourceType, object: KubeObject, written: Written): void => {
    const downstream = downstreamOf(type, object);
    if (downstream === undefined) return;
    const epoch = index.at(placeKey(type, downstream))?.epoch ?? 0;
    index.put({ ...downstream, written, epoch });
  };

  /** Takes fields over that Kyverno, or a plain write of ours, owns. */
  const takeOver = async (task: GenerateTask, { type, desired }: PreparedObject): Promise<void> => {
    const { namespace, name } = desired.target;
    const key = keyIn(type, namespace, name);
    const place = { type, namespace: key.namespace ?? "", name };
    let live: KubeObject;
    try {
      live = await guard.run("get", place, task.scope, () => client.get(type, key, { metadataOnly: true }));
    } catch (error) {
      if (isNotFound(error)) return;
      throw error;
    }
    const { managedFields, resourceVersion } = live.metadata;
    const patch = planTakeOver(managedEntries(managedFields), resourceVersion, apiVersionOf(type));
    if (patch === undefined) return;
    await guard.run("patch", place, task.scope, () =>
      ownWrites.run(type, key, () =>
        client.patch(type, key, patch, { kind: "json", fieldManager: generateManager, metadataOnly: true }),
      ),
    );
  };

  return {
    async apply(task, object, known) {
      const { type, desired, written } = object;
      const { namespace, name } = desired.target;
      const key = keyIn(type, namespace, name);
      const mustTakeOver = known?.needsTakeOver === true && known.written?.shape !== written.shape;
      if (mustTakeOver) await takeOver(task, object);
      const place = { type, namespace: key.namespace ?? "", name };
      const made = await guard.run("patch", place, task.scope, () =>
        ownWrites.run(type, key, () =>
          client.patch(type, key, desired.object, {
            kind: "apply",
            force: true,
            fieldManager: generateManager,
          }),
        ),
      );
      note(type, made, written);
      return known === undefined || known.uid !== made.metadata.uid;
    },
    async create(task, object) {
      const { type, desired, written } = object;
      const { namespace, name } = desired.target;
      const key = keyIn(type, namespace, name);
      const place = { type, namespace: key.namespace ?? "", name };
      try {
        const made = await guard.run("create", place, task.scope, () =>
          ownWrites.run(type, key, () =>
            client.create(type, key.namespace, desired.object, { fieldManager: generateManager }),
          ),
        );
        note(type, made, written);
        return true;
      } catch (error) {
        if (isAlreadyExists(error)) return false;
        throw error;
      }
    },
    async delete({ scope }, downstream) {
      const { type, namespace, name, uid } = downstream;
      const key = keyIn(type, namespace, name);
      const place = { type, namespace, name };
      const placed = placeKey(type, downstream);
      let { resourceVersion } = index.at(placed) ?? downstream;
      for (let tries = 0; tries < maxDeleteTries; tries += 1) {
        try {
          const precondition = { uid, resourceVersion };
          await guard.run("delete", place, scope, () => client.delete(type, key, precondition));
          if (index.at(placed)?.uid === uid) index.remove(placed);
          return true;
        } catch (error) {
          if (isNotFound(error)) {
            if (index.at(placed)?.uid === uid) index.remove(placed);
            return true;
          }
          if (!isConflict(error)) throw error;
        }
        // It changed, or it is another: whether it still is what the plan was about decides.
        const live = await readAgain(() =>
          guard.run("get", place, scope, () => client.get(type, key, { metadataOnly: true })),
        );
        const now = live === undefined ? undefined : downstreamOf(type, live);
        if (live === undefined || now?.uid !== uid) return true;
        if (now.ruleKey !== downstream.ruleKey || now.trigger.uid !== downstream.trigger.uid) return true;
        ({ resourceVersion } = now);
      }
      return false;
    },
    async letGo({ scope }, downstream) {
      const { type, namespace, name } = downstream;
      const key = keyIn(type, namespace, name);
      const labels = Object.fromEntries(policyLabels.map((label) => [label, null]));
      try {
        await guard.run("patch", { type, namespace, name }, scope, () =>
          ownWrites.run(type, key, () =>
            client.patch(
              type,
              key,
              { metadata: { uid: downstream.uid, labels } },
              { kind: "merge", fieldManager: generateManager, metadataOnly: true },
            ),
          ),
        );
      } catch (error) {
        if (!isNotFound(error) && !isConflict(error)) throw error;
      }
      index.remove(placeKey(type, downstream));
    },
  };
}

const maxDeleteTries = 4;

async function readAgain(read: () => Promise<KubeObject>): Promise<KubeObject | undefined> {
  try {
    return await read();
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}
