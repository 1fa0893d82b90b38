import { splitApiVersion } from "#api/meta/resource-type.ts";
import type { ContextAnswer, ContextRequest } from "#engine/context/context-source.ts";
import { compileLabelSelector } from "#engine/match/label-selector.ts";

import { labelsOf } from "./labels-of.ts";
import type { ScanResource } from "./scan-resource.ts";

type ParamsRequest = Extract<ContextRequest, { readonly kind: "params" }>;

/**
 * The given objects as those that parameterize admission policies. As in Kyverno's command line the namespace decides only
 * where there are objects of one name in several.
 */
export function offlineParams(resources: readonly ScanResource[]): (request: ParamsRequest) => ContextAnswer {
  return ({ apiVersion, objectKind, namespace, name, selector }) => {
    const { group, version } = splitApiVersion(apiVersion);
    const selects = selector === undefined ? () => true : compileLabelSelector(selector);
    const found = resources
      .filter(({ gvk }) => gvk.group === group && gvk.version === version && gvk.kind === objectKind)
      .filter((one) => name === undefined || one.name === name)
      .filter(({ object }) => selects(labelsOf(object)));
    const near = found.filter((one) => one.namespace === namespace || one.namespace === "");
    const objects = near.length > 0 ? near : found;
    return { kind: "value", value: objects.map(({ object }) => object) };
  };
}
