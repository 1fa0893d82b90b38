import type { ObjectMeta } from "#api/meta/object-meta.ts";
import type { ReportOwner } from "./owner.ts";

const prefix = "audit.kyverno.io/";
/** The uid of the object, once it is known. */
export const uidLabel = `${prefix}resource.uid`;
const groupLabel = `${prefix}resource.group`;
const versionLabel = `${prefix}resource.version`;
const kindLabel = `${prefix}resource.kind`;
/** `deployments.v1.apps`; `pods.v1` for the core group. */
const resourceLabel = `${prefix}resource.gvr`;
/** As a label it is the plural, where the whole would be too long for one; as an annotation it is the object's name. */
const nameKey = `${prefix}resource.name`;
const namespaceAnnotation = `${prefix}resource.namespace`;

/** An object that is known by name only. */
export interface NamedResource {
  readonly group: string;
  readonly version: string;
  /** Plural, as in paths. */
  readonly resource: string;
  readonly namespace?: string;
  readonly name: string;
}

export type EphemeralOwner =
  | { readonly kind: "known"; readonly owner: ReportOwner }
  /** Written before the object had a uid: it has to be looked up. */
  | { readonly kind: "named"; readonly resource: NamedResource }
  /** Nothing says what it is about. */
  | { readonly kind: "nobody" };

/** Whom the results of an ephemeral report are about: by its owner reference, else by labels and annotations. */
export function ownerOfEphemeral(meta: ObjectMeta): EphemeralOwner {
  const [reference] = meta.ownerReferences;
  const namespace = meta.namespace === undefined ? {} : { namespace: meta.namespace };
  if (reference !== undefined) {
    const { apiVersion, kind, name, uid } = reference;
    return { kind: "known", owner: { apiVersion, kind, ...namespace, name, uid } };
  }
  const label = (key: string): string => (Object.hasOwn(meta.labels, key) ? (meta.labels[key] ?? "") : "");
  const annotation = (key: string): string =>
    Object.hasOwn(meta.annotations, key) ? (meta.annotations[key] ?? "") : "";
  const name = annotation(nameKey);
  const [uid, group, version, kind] = [
    label(uidLabel),
    label(groupLabel),
    label(versionLabel),
    label(kindLabel),
  ];
  if (name === "") return { kind: "nobody" };
  if (uid !== "" && version !== "" && kind !== "") {
    const apiVersion = group === "" ? version : `${group}/${version}`;
    return { kind: "known", owner: { apiVersion, kind, ...namespace, name, uid } };
  }
  const resource = resourceOf(label(resourceLabel), { group, version, resource: label(nameKey) });
  if (resource === undefined) return { kind: "nobody" };
  const place = annotation(namespaceAnnotation);
  return { kind: "named", resource: { ...resource, ...(place === "" ? {} : { namespace: place }), name } };
}

type ResourceName = Pick<NamedResource, "group" | "version" | "resource">;

function resourceOf(text: string, parts: ResourceName): ResourceName | undefined {
  const [resource = "", version = "", ...group] = text.split(".");
  const named = text === "" ? parts : { group: group.join("."), version, resource };
  return named.resource === "" || named.version === "" ? undefined : named;
}
