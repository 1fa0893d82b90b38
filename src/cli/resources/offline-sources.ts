import type { CloneSources } from "#engine/generate/clone-sources.ts";
import { compileLabelSelector } from "#engine/match/label-selector.ts";

import { labelsOf } from "./labels-of.ts";
import type { ScanResource } from "./scan-resource.ts";

/** The given objects as those that rules copy. */
export function offlineSources(resources: readonly ScanResource[]): CloneSources {
  return {
    find(request) {
      const ofKind = resources.filter(
        ({ apiVersion, gvk, namespace }) =>
          apiVersion === request.apiVersion && gvk.kind === request.kind && namespace === request.namespace,
      );
      if (request.request === "object") {
        const named = ofKind.filter(({ name }) => name === request.name);
        return { kind: "objects", objects: named.map(({ object }) => object) };
      }
      const { selector } = request;
      const selects = selector === undefined ? () => true : compileLabelSelector(selector);
      const objects = ofKind.map(({ object }) => object).filter((object) => selects(labelsOf(object)));
      return { kind: "objects", objects };
    },
  };
}
