import type { KubeObject } from "#api/meta/object-meta.ts";
import type { ResourceType } from "#api/meta/resource-type.ts";
import type { LabelSelector } from "#api/schema/metadata.ts";
import { matchesKind } from "#engine/match/kind-selector.ts";
import { compileLabelSelector } from "#engine/match/label-selector.ts";
import type { TargetSelector } from "#engine/mutate/mutation-target.ts";
import type { TargetResource } from "#engine/mutating-policy/existing-targets.ts";
import { compileWildcard, hasWildcard } from "#engine/values/wildcard.ts";

/** One question to the API server for objects that may be targets. */
export interface TargetRead {
  readonly type: ResourceType;
  /** Empty for whole objects. */
  readonly subresource: string;
  /** Empty: everywhere, or the kind has no namespaces. */
  readonly namespace: string;
  /** Present where one object alone is meant: it is read by itself, and may be missing. */
  readonly name?: string;
  /** For lists: what the server may leave out. */
  readonly fieldSelector?: string;
  readonly labelSelector?: string;
  /** Whether a listed object is meant. */
  takes(object: KubeObject): boolean;
}

export type PlannedReads =
  | { readonly kind: "reads"; readonly reads: readonly TargetRead[] }
  /** No kind of that name is served: it may come. */
  | { readonly kind: "unserved"; readonly message: string }
  /** It can never be read. */
  | { readonly kind: "impossible"; readonly message: string };

const anything = (): boolean => true;

/**
 * How to read the targets that a rule names. A kind with wildcards in its version stands for the preferred one. An object
 * with a literal name and place is read by itself, and its selector does not count, as in Kyverno; everything else is
 * listed, in one namespace where that is literal.
 */
export function planReads(selector: TargetSelector, served: readonly ResourceType[]): PlannedReads {
  const { kind, kindText } = selector;
  if (hasWildcard(kind.subresource)) {
    return { kind: "impossible", message: `${kindText} names no single subresource` };
  }
  const types = served.filter(
    (type) =>
      matchesKind({ ...kind, subresource: "" }, type, "") && (!hasWildcard(kind.version) || type.preferred),
  );
  if (types.length === 0) return { kind: "unserved", message: `${kindText} is not served` };
  return { kind: "reads", reads: types.flatMap((type) => readOf(type, selector)) };
}

function readOf(type: ResourceType, selector: TargetSelector): readonly TargetRead[] {
  const { name, kind } = selector;
  const { subresource } = kind;
  if (!type.namespaced && !accepts(selector.namespace, "")) return [];
  const namespace = type.namespaced ? selector.namespace : "";
  const isOnePlace = !type.namespaced || isLiteral(namespace);
  if (isOnePlace && isLiteral(name)) return [{ type, subresource, namespace, name, takes: anything }];
  const labels = selector.selector === undefined ? anything : labelTest(selector.selector);
  const [nameFits, namespaceFits] = [wildcardTest(name), wildcardTest(namespace)];
  const labelSelector = selector.selector === undefined ? undefined : selectorText(selector.selector);
  return [
    {
      type,
      subresource,
      namespace: isLiteral(namespace) ? namespace : "",
      ...(isLiteral(name) ? { fieldSelector: `metadata.name=${name}` } : {}),
      ...(labelSelector === undefined ? {} : { labelSelector }),
      takes: (object) =>
        nameFits(object.metadata.name) && namespaceFits(namespaceOf(object)) && labels(object),
    },
  ];
}

/** How to read what a MutatingPolicy lists as its targets; resources that nobody serves name nothing. */
export function planListedReads(
  resources: readonly TargetResource[],
  options: { readonly namespace: string | undefined; readonly selector: LabelSelector | undefined },
  served: readonly ResourceType[],
): readonly TargetRead[] {
  const { namespace = "", selector } = options;
  const labelSelector = selector === undefined ? undefined : selectorText(selector);
  return resources.flatMap(({ group, version, resource, subresource }) =>
    served
      .filter((type) => type.group === group && type.version === version && type.resource === resource)
      .filter((type) => type.namespaced || namespace === "")
      .map((type): TargetRead => ({
        type,
        subresource,
        namespace,
        ...(labelSelector === undefined || labelSelector === "" ? {} : { labelSelector }),
        takes: anything,
      })),
  );
}

function accepts(pattern: string, text: string): boolean {
  return pattern === "" || wildcardTest(pattern)(text);
}

function wildcardTest(pattern: string): (text: string) => boolean {
  return pattern === "" ? anything : compileWildcard(pattern);
}

function isLiteral(text: string): boolean {
  return text !== "" && !hasWildcard(text);
}

export function namespaceOf({ metadata }: KubeObject): string {
  const { namespace } = metadata;
  return typeof namespace === "string" ? namespace : "";
}

function labelTest(selector: LabelSelector): (object: KubeObject) => boolean {
  const matches = compileLabelSelector(selector);
  return ({ metadata }) => {
    const { labels } = metadata;
    const isMap = typeof labels === "object" && labels !== null && !Array.isArray(labels);
    return matches(isMap ? (labels as Readonly<Record<string, string>>) : {});
  };
}

/**
 * The selector as the API server reads it; undefined where it has wildcards or anything else that the server would
 * refuse, so that everything has to be looked at here.
 */
export function selectorText({ matchLabels = {}, matchExpressions = [] }: LabelSelector): string | undefined {
  const parts = Object.entries(matchLabels).map(([key, value]) => `${key}=${value}`);
  for (const { key, operator, values = [] } of matchExpressions) {
    if (operator === "In" || operator === "NotIn") {
      if (values.length === 0) return undefined;
      parts.push(`${key} ${operator === "In" ? "in" : "notin"} (${values.join(",")})`);
    } else if (operator === "Exists") parts.push(key);
    else if (operator === "DoesNotExist") parts.push(`!${key}`);
    else return undefined;
  }
  const names = [
    ...Object.entries(matchLabels).flat(),
    ...matchExpressions.flatMap(({ key, values = [] }) => [key, ...values]),
  ];
  return names.every((name) => plainName.test(name)) ? parts.join(",") : undefined;
}

/** What keys and values of labels are made of. */
const plainName = /^(?:[A-Za-z0-9](?:[-A-Za-z0-9_./]{0,315}[A-Za-z0-9])?)?$/;
