import { compileLabelSelector } from "#engine/match/label-selector.ts";
import { matchesKind } from "#engine/match/kind-selector.ts";
import type { TargetSource } from "#engine/mutate/mutation-target.ts";
import { matchesWildcard } from "#engine/values/wildcard.ts";

import { labelsOf } from "./labels-of.ts";
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
