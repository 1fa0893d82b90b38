import type { PolicyIdentity } from "../compiled-policy.ts";
import { isObject, own } from "../values/json.ts";
import type { Json, JsonObject } from "../values/json.ts";
import type { ObjectReference } from "./clone-sources.ts";
import { metadataText, originLabels, sourceLabels } from "./downstream-labels.ts";

/** An object that a rule wants to exist. */
export interface DesiredObject {
  readonly rule: string;
  readonly target: ObjectReference;
  /** As it is to be written, with the labels that tell where it comes from. */
  readonly object: JsonObject;
  /** Keep it as it is here, and remove it when its trigger, its source or the rule goes. */
  readonly synchronize: boolean;
  /** What it is a copy of; absent for an object whose content stands in the rule. */
  readonly source?: ObjectReference & { readonly uid: string };
}

/** Who wants an object. */
export interface Origin {
  readonly policy: PolicyIdentity;
  readonly rule: string;
  readonly trigger: JsonObject;
  readonly synchronize: boolean;
}

/** The object of a rule's `data`; an empty one where the rule has none. */
export function objectOfData(data: JsonObject, target: ObjectReference, origin: Origin): DesiredObject {
  return desired(data, target, origin, {});
}

/** What the API server alone fills in, and what must not pass from a source to its copy. */
const notCopied: ReadonlySet<string> = new Set([
  "creationTimestamp",
  "deletionGracePeriodSeconds",
  "deletionTimestamp",
  "finalizers",
  "generation",
  "managedFields",
  "resourceVersion",
  "selfLink",
  "uid",
]);
const lastApplied = "kubectl.kubernetes.io/last-applied-configuration";

/** A copy of `source`. Owners stay behind where the copy goes to another namespace; `status` always does. */
export function copyOf(source: JsonObject, target: ObjectReference, origin: Origin): DesiredObject {
  const namespace = metadataText(source, "namespace");
  const metadata = Object.entries(childOf(source, "metadata")).filter(
    ([key]) => !notCopied.has(key) && (key !== "ownerReferences" || namespace === target.namespace),
  );
  const annotations = Object.entries(childOf(source, "annotations", "metadata")).filter(
    ([key]) => key !== lastApplied,
  );
  const rest = Object.entries(source).filter(([key]) => key !== "status" && key !== "metadata");
  const copied = Object.fromEntries([
    ...rest,
    [
      "metadata",
      Object.fromEntries([
        ...metadata.filter(([key]) => key !== "annotations"),
        ...(annotations.length === 0 ? [] : [["annotations", Object.fromEntries(annotations)] as const]),
      ]),
    ],
  ]);
  const { apiVersion, kind } = target;
  return {
    ...desired(copied, target, origin, sourceLabels(source)),
    source: {
      apiVersion,
      kind,
      namespace,
      name: metadataText(source, "name"),
      uid: metadataText(source, "uid"),
    },
  };
}

function childOf(object: JsonObject, key: string, parent?: string): JsonObject {
  const from = parent === undefined ? object : childOf(object, parent);
  const value = own(from, key);
  return isObject(value) ? value : {};
}

/** The identity comes from the target; a kind that the content names itself stays. */
function desired(
  content: JsonObject,
  target: ObjectReference,
  origin: Origin,
  ownLabels: Readonly<Record<string, string>>,
): DesiredObject {
  const { rule, synchronize } = origin;
  const metadata = childOf(content, "metadata");
  const named = own(content, "kind");
  const kind = typeof named === "string" && named !== "" ? named : target.kind;
  const identity: (readonly [string, Json])[] = [
    ["name", target.name],
    ...(target.namespace === "" ? [] : [["namespace", target.namespace] as const]),
    [
      "labels",
      {
        ...textMap(own(metadata, "labels")),
        ...ownLabels,
        ...originLabels(origin.policy, rule, origin.trigger),
      },
    ],
  ];
  const others = Object.entries(metadata).filter(
    ([key]) => !["name", "namespace", "labels", "resourceVersion"].includes(key),
  );
  const rest = Object.entries(content).filter(
    ([key]) => key !== "apiVersion" && key !== "kind" && key !== "metadata",
  );
  const object = Object.fromEntries<Json>([
    ["apiVersion", target.apiVersion],
    ["kind", kind],
    ["metadata", Object.fromEntries([...identity, ...others])],
    ...rest,
  ]);
  return { rule, target: { ...target, kind }, object, synchronize };
}

/** Labels; one that is no text makes all of them unreadable, as for the API machinery. */
function textMap(value: Json | undefined): JsonObject {
  if (!isObject(value)) return {};
  return Object.values(value).every((item) => typeof item === "string") ? value : {};
}
