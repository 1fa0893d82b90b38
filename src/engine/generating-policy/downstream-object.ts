import { managedByKyverno, managedByLabel } from "#api/labels.ts";

import type { PolicyIdentity } from "../compiled-policy.ts";
import { CelError } from "../cel/values/cel-error.ts";
import type { DesiredObject } from "../generate/desired-object.ts";
import { metadataText } from "../generate/downstream-labels.ts";
import type { GroupVersionKind } from "../input.ts";
import { isList, isObject, own } from "../values/json.ts";
import type { Json, JsonObject } from "../values/json.ts";

/** Who makes objects, and for which trigger. */
export interface DownstreamOrigin {
  readonly policy: PolicyIdentity;
  readonly trigger: {
    readonly gvk: GroupVersionKind;
    readonly object: JsonObject;
    readonly namespace: string;
  };
  readonly synchronize: boolean;
  /** True for a kind whose objects stand in no namespace; a kind that is not known counts as namespaced. */
  readonly isClusterScoped: (apiVersion: string, kind: string) => boolean;
}

const prefix = "generate.kyverno.io/";

/** What the API server alone fills in. */
const notWritten: ReadonlySet<string> = new Set([
  "creationTimestamp",
  "managedFields",
  "resourceVersion",
  "selfLink",
  "uid",
]);
/** What must not pass from an object of the cluster to its copy, besides. */
const notCopied: ReadonlySet<string> = new Set([
  "deletionGracePeriodSeconds",
  "deletionTimestamp",
  "finalizers",
  "generation",
]);
const lastApplied = "kubectl.kubernetes.io/last-applied-configuration";

/** The objects that a list stands for: anything with `items` is one. Every other object stands for itself. */
export function flatten(object: JsonObject): readonly JsonObject[] {
  const items = own(object, "items");
  if (!isList(items)) return [object];
  return items.filter((item) => isObject(item)).map((item) => withKindOfList(item, object));
}

/** Items of a typed list carry no kind of their own. */
function withKindOfList(item: JsonObject, list: JsonObject): JsonObject {
  const listKind = textOf(list, "kind");
  if (Object.hasOwn(item, "kind") || !listKind.endsWith("List") || listKind === "List") return item;
  return { apiVersion: own(list, "apiVersion") ?? "", ...item, kind: listKind.slice(0, -"List".length) };
}

/**
 * The object as it is to be written: in the namespace asked for, with the labels that tell where it comes from, without what
 * only the API server writes. A copy of an object of the cluster also loses its status, finalizers and, in another
 * namespace, its owners. Throws a `CelError` for one that the policy may not make.
 */
export function downstreamObject(
  object: JsonObject,
  namespace: string,
  origin: DownstreamOrigin,
): DesiredObject {
  const { policy } = origin;
  const apiVersion = textOf(object, "apiVersion");
  const kind = textOf(object, "kind");
  const name = metadataText(object, "name");
  if (apiVersion === "" || kind === "" || name === "") {
    throw new CelError("failed to generate resources: an object lacks apiVersion, kind or metadata.name");
  }
  const clusterScoped = origin.isClusterScoped(apiVersion, kind);
  if (policy.namespace !== undefined && clusterScoped) {
    throw new CelError(
      `cross-scope generation denied: a policy scoped to namespace "${policy.namespace}" cannot generate cluster-scoped resource ${apiVersion}/${kind}`,
    );
  }
  const target = { apiVersion, kind, name, namespace: clusterScoped ? "" : namespace };
  if (!clusterScoped && namespace === "") {
    throw new CelError(`failed to generate resources: ${kind} ${name} needs a namespace`);
  }
  const isCopy = metadataText(object, "resourceVersion") !== "";
  const from = metadataText(object, "namespace");
  return {
    rule: policy.name,
    target,
    object: written(object, target, origin, isCopy),
    synchronize: origin.synchronize,
    ...(isCopy
      ? { source: { apiVersion, kind, namespace: from, name, uid: metadataText(object, "uid") } }
      : {}),
  };
}

function written(
  object: JsonObject,
  target: DesiredObject["target"],
  origin: DownstreamOrigin,
  isCopy: boolean,
): JsonObject {
  const metadata = mapAt(object, "metadata");
  const from = metadataText(object, "namespace");
  const others = Object.entries(metadata).filter(
    ([key]) =>
      !notWritten.has(key) &&
      !(isCopy && notCopied.has(key)) &&
      !(key === "ownerReferences" && from !== "" && from !== target.namespace) &&
      !["name", "namespace", "labels", "annotations"].includes(key),
  );
  const annotations = Object.entries(mapAt(metadata, "annotations")).filter(
    ([key]) => !isCopy || key !== lastApplied,
  );
  const rest = Object.entries(object).filter(
    ([key]) => !["apiVersion", "kind", "metadata"].includes(key) && !(isCopy && key === "status"),
  );
  return Object.fromEntries<Json>([
    ["apiVersion", target.apiVersion],
    ["kind", target.kind],
    [
      "metadata",
      Object.fromEntries<Json>([
        ["name", target.name],
        ...(target.namespace === "" ? [] : [["namespace", target.namespace] as const]),
        [
          "labels",
          { ...mapAt(metadata, "labels"), ...labelsOf(origin, isCopy ? metadataText(object, "uid") : "") },
        ],
        ...(annotations.length === 0 ? [] : [["annotations", Object.fromEntries(annotations)] as const]),
        ...others,
      ]),
    ],
    ...rest,
  ]);
}

const labelValue = /^(?:[A-Za-z0-9](?:[-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?$/;

/** A name that no label may hold is left out: the trigger's uid tells the same. */
function labelsOf({ policy, trigger }: DownstreamOrigin, sourceUid: string): JsonObject {
  const { gvk, object, namespace } = trigger;
  const name = metadataText(object, "name");
  return {
    [managedByLabel]: managedByKyverno,
    [`${prefix}policy-name`]: policy.name,
    ...(labelValue.test(name) ? { [`${prefix}trigger-name`]: name } : {}),
    [`${prefix}trigger-namespace`]: namespace,
    [`${prefix}trigger-uid`]: metadataText(object, "uid"),
    [`${prefix}trigger-kind`]: gvk.kind,
    [`${prefix}trigger-group`]: gvk.group,
    [`${prefix}trigger-version`]: gvk.version,
    ...(sourceUid === "" ? {} : { [`${prefix}source-uid`]: sourceUid }),
  };
}

function mapAt(object: JsonObject, key: string): JsonObject {
  const value = own(object, key);
  return isObject(value) ? value : {};
}

function textOf(object: JsonObject, key: string): string {
  const value = own(object, key);
  return typeof value === "string" ? value : "";
}
