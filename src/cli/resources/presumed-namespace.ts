import type { PatchedTarget } from "#engine/mutate/mutate-targets.ts";
import type { TargetSource } from "#engine/mutate/mutation-target.ts";
import { isObject, own } from "#engine/values/json.ts";
import type { JsonObject } from "#engine/values/json.ts";

import type { ScanResource } from "./scan-resource.ts";

/** The namespace that Kyverno's command line gives to every object of a file that names none, whatever its kind. */
const presumed = "default";

/** Objects as policies see them, and the way back. */
export interface SeenWorld {
  readonly resource: ScanResource;
  readonly targets: TargetSource;
  /** What policies made of the resource, without the namespace that it never had. */
  readonly restore: (object: JsonObject) => JsonObject;
  /** The same for a target. */
  readonly restoreTarget: (patched: PatchedTarget) => PatchedTarget;
}

/** Objects of a cluster have the namespaces that they have. */
export function seeAsGiven(resource: ScanResource, targets: TargetSource): SeenWorld {
  return { resource, targets, restore: (object) => object, restoreTarget: (patched) => patched };
}

/**
 * An object of a file and the targets beside it as policies of the command line see them: what has no namespace stands in
 * `default`, also where its kind has none. Keys, reports and what is written show it without.
 */
export function presumeNamespaces(given: ScanResource, targets: TargetSource): SeenWorld {
  const resource = presumeNamespace(given);
  const originals = new WeakMap<JsonObject, JsonObject>([[resource.object, given.object]]);
  const restore = (object: JsonObject, seen: JsonObject): JsonObject => {
    const original = originals.get(seen) ?? seen;
    if (object === seen) return original;
    if (original === seen) return object;
    const { namespace, ...rest } = metadataOf(object);
    return namespace === presumed ? { ...object, metadata: rest } : object;
  };
  return {
    resource,
    targets: {
      find(selector, scope, entry) {
        const answer = targets.find(selector, scope, entry);
        if (answer.kind !== "objects") return answer;
        const objects = answer.objects.map((target) => {
          const object = withPresumed(target.object);
          if (object !== target.object) originals.set(object, target.object);
          return { ...target, object };
        });
        return { kind: "objects", objects };
      },
    },
    restore: (object) => restore(object, resource.object),
    restoreTarget: ({ target, object, ...rest }) => ({
      ...rest,
      target: { ...target, object: restore(target.object, target.object) },
      object: restore(object, target.object),
    }),
  };
}

function presumeNamespace(given: ScanResource): ScanResource {
  if (given.namespace !== "" || given.isPayload === true) return given;
  const object = withPresumed(given.object);
  // Some objects of such kinds do name one.
  const named = own(metadataOf(object), "namespace");
  return { ...given, object, namespace: typeof named === "string" ? named : presumed };
}

function withPresumed(object: JsonObject): JsonObject {
  const metadata = metadataOf(object);
  const named = own(metadata, "namespace");
  if (named !== undefined && named !== "" && named !== null) return object;
  return { ...object, metadata: { ...metadata, namespace: presumed } };
}

function metadataOf(object: JsonObject): JsonObject {
  const metadata = own(object, "metadata");
  return isObject(metadata) ? metadata : {};
}
