import type { KubeObject } from "#api/meta/object-meta.ts";
import { apiVersionOf } from "#api/meta/resource-type.ts";
import type { ResourceType } from "#api/meta/resource-type.ts";
import { TransportError } from "./api-error.ts";

type Fields = Readonly<Record<string, unknown>>;

export function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function ownText(fields: Fields, name: string): string {
  const value = Object.hasOwn(fields, name) ? fields[name] : undefined;
  return typeof value === "string" ? value : "";
}

/**
 * An object of an answer. Items of lists come without kind and apiVersion, metadata-only answers with those of
 * PartialObjectMetadata: both get the ones of `type`. Where name, uid or resourceVersion is missing (kinds that are not
 * stored), it is empty text. Throws TransportError `malformed` where there is no metadata at all.
 */
export function kubeObjectOf(value: unknown, type: ResourceType, metadataOnly: boolean): KubeObject {
  if (!isFields(value) || !isFields(value["metadata"])) {
    throw new TransportError("malformed", `the API server sent a ${type.kind} without metadata`);
  }
  const metadata = value["metadata"];
  const identity = {
    name: ownText(metadata, "name"),
    uid: ownText(metadata, "uid"),
    resourceVersion: ownText(metadata, "resourceVersion"),
  };
  const isComplete = identity.name !== "" && identity.uid !== "" && identity.resourceVersion !== "";
  const named = !metadataOnly && ownText(value, "kind") !== "" && ownText(value, "apiVersion") !== "";
  if (named && isComplete) return value as KubeObject;
  const { apiVersion: _apiVersion, kind: _kind, metadata: _metadata, ...rest } = value;
  return {
    apiVersion: named ? ownText(value, "apiVersion") : apiVersionOf(type),
    kind: named ? ownText(value, "kind") : type.kind,
    ...rest,
    metadata: isComplete ? (metadata as KubeObject["metadata"]) : { ...metadata, ...identity },
  };
}

/** `metadata` of a list or of a bookmark; empty where there is none. */
export function metadataOf(value: unknown): Fields {
  return isFields(value) && isFields(value["metadata"]) ? value["metadata"] : {};
}
