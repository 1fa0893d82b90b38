import { decodeMeta } from "#api/meta/object-meta.ts";
import type { ObjectMeta } from "#api/meta/object-meta.ts";
import type { JsonObject } from "#engine/values/json.ts";

import { planKinds } from "../cluster/plan-kinds.ts";
import type { ActingPolicy } from "./acting-policy.ts";
import type { PreviewSubject } from "./preview-input.ts";
import type { PreviewWorld } from "./preview-world.ts";

/** An object that a policy may act for. */
export interface Trigger extends PreviewSubject {
  readonly meta: ObjectMeta;
  /** `Kind NAMESPACE/NAME`. */
  readonly text: string;
}

/** What was walked, and what could not be. */
export interface TriggerWalk {
  readonly count: number;
  readonly notes: readonly string[];
  /** False where some kind could not be read to its end: what has no trigger may then have one. */
  readonly complete: boolean;
}

/** Hands out every object that may be a trigger of a policy. Objects on their way out are none. */
export async function walkTriggers(
  { identity, selections }: ActingPolicy,
  world: PreviewWorld,
  handle: (trigger: Trigger) => Promise<void>,
): Promise<TriggerWalk> {
  const namespaced = identity.namespace !== undefined;
  const user = { policy: identity, key: identity.key, namespaced, selections };
  const { kinds, unserved } = planKinds([user], world.types);
  const missing = world.live ? (unserved.get(identity.key) ?? []) : [];
  let count = 0;
  const failures = await world.each(
    kinds.map(({ type }) => type),
    identity.namespace,
    async (object, { group, version, kind, resource, namespaced: hasNamespace }) => {
      const meta = decodeMeta(object);
      if (meta === undefined || meta.deletionTimestamp !== undefined) return;
      count += 1;
      const namespace = hasNamespace ? (meta.namespace ?? "") : "";
      const place = namespace === "" ? "" : `${namespace}/`;
      await handle({
        object: { ...object, apiVersion: group === "" ? version : `${group}/${version}`, kind } as JsonObject,
        gvk: { group, version, kind, resource },
        namespace,
        meta,
        text: `${kind} ${place}${meta.name}`,
      });
    },
  );
  return {
    count,
    notes: [...missing.map((kind) => `the cluster does not serve ${kind}`), ...failures],
    complete: failures.length === 0,
  };
}
