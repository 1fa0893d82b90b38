import type { PolicyVerdict } from "#cli/judge.ts";
import { decodeResource } from "#cli/resources/scan-resource.ts";
import { resourceKey } from "#cli/tests/resource-key.ts";

import type { MatrixRecord } from "./matrix-record.ts";
import { objectDigest } from "./object-digest.ts";

type Changes = Required<Pick<MatrixRecord, "mutated" | "targets">>;

/** Digests of the objects that mutations changed; a trigger has one where some rule passed for it. */
export function changedObjects(verdicts: readonly PolicyVerdict[]): Partial<Changes> {
  const mutated: Record<string, Record<string, string>> = {};
  const targets: Record<string, Record<string, Record<string, string>>> = {};
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
  };
}
