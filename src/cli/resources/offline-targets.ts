import { compileLabelSelector } from "#engine/match/label-selector.ts";
import { matchesKind } from "#engine/match/kind-selector.ts";
import type { TargetSource } from "#engine/mutate/mutation-target.ts";
import { matchesWildcard } from "#engine/values/wildcard.ts";
import { isObject, own } from "#engine/values/json.ts";
import type { JsonObject } from "#engine/values/json.ts";

import type { ScanResource } from "./scan-resource.ts";

/** The given objects as those that mutations of existing objects find. */
export function offlineTargets(resources: readonly ScanResource[]): TargetSource {
  return {
    find({ kind, namespace, name, selector }) {
      const selects = selector === undefined ? () => true : compileLabelSelector(selector);
      const objects = resources
        .filter((one) => matchesKind(kind, one.gvk, kind.subresource))
        .filter((one) => namespace === "" || matchesWildcard(namespace, one.namespace))
        .filter((one) => name === "" || matchesWildcard(name, one.name))
        .filter(({ object }) => selects(labelsOf(object)));
      return {
        kind: "objects",
        objects: objects.map(({ object }) => ({ object, subresource: kind.subresource })),
      };
    },
  };
}

function labelsOf(object: JsonObject): Readonly<Record<string, string>> {
  const metadata = own(object, "metadata");
  const labels = isObject(metadata) ? own(metadata, "labels") : undefined;
  return Object.fromEntries(
    Object.entries(isObject(labels) ? labels : {}).flatMap(([key, value]) =>
      typeof value === "string" ? [[key, value] as const] : [],
    ),
  );
}
