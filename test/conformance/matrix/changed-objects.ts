import type { PolicyVerdict } from "#cli/judge.ts";
import { decodeResource } from "#cli/resources/scan-resource.ts";
import { resourceKey } from "#cli/tests/resource-key.ts";

import { isObject, own } from "#engine/values/json.ts";
import type { JsonObject } from "#engine/values/json.ts";

import type { MatrixRecord } from "./matrix-record.ts";
import { objectDigest } from "./object-digest.ts";

type Changes = Required<Pick<MatrixRecord, "mutated" | "targets" | "generated">>;

/** Digests of the objects that policies changed or made; a trigger has one where some rule passed for it. */
export function changedObjects(verdicts: readonly PolicyVerdict[]): Partial<Changes> {
  const mutated: Record<string, Record<string, string>> = {};
  const targets: Record<string, Record<string, Record<string, string>>> = {};
  const generated: Record<string, Record<string, Record<string, string>>> = {};
  for (const { policy, resource, generated: made } of verdicts) {
    for (const { object } of made) {
      const decoded = decodeResource(withoutOrigin(object));
      if (!decoded.ok) throw new Error(decoded.message);
      const ofPolicy = (generated[policy.compiled.identity.name] ??= {});
      const ofTrigger = (ofPolicy[resourceKey(resource)] ??= {});
      const { resource: found } = decoded;
      ofTrigger[resourceKey(found)] = objectDigest(found.object, found.namespace === "");
    }
  }
  for (const { policy, resource, step, object, targets: changed, responses } of verdicts) {
    if (step !== "mutate" || !responses.some(({ status }) => status === "pass")) continue;
    // The records name these policies without their namespace.
    const key = policy.compiled.identity.name;
    const trigger = resourceKey(resource);
    (mutated[key] ??= {})[trigger] = objectDigest(object, resource.namespace === "");
    for (const { target, object: patched } of changed) {
      const decoded = decodeResource(target.object);
      if (!decoded.ok) throw new Error(decoded.message);
      const made = ((targets[key] ??= {})[trigger] ??= {});
      made[resourceKey(decoded.resource)] = objectDigest(patched, decoded.resource.namespace === "");
    }
  }
  return {
    ...(Object.keys(mutated).length === 0 ? {} : { mutated }),
    ...(Object.keys(targets).length === 0 ? {} : { targets }),
    ...(Object.keys(generated).length === 0 ? {} : { generated }),
  };
}

/** The records leave out the labels that tell where an object comes from. */
function withoutOrigin(object: JsonObject): JsonObject {
  const metadata = own(object, "metadata");
  const labels = isObject(metadata) ? own(metadata, "labels") : undefined;
  if (!isObject(metadata) || !isObject(labels)) return object;
  const kept = Object.entries(labels).filter(
    ([key]) => !key.startsWith("generate.kyverno.io/") && key !== "app.kubernetes.io/managed-by",
  );
  return { ...object, metadata: { ...metadata, labels: Object.fromEntries(kept) } };
}
