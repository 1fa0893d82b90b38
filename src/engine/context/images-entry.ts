import { QueryError } from "../errors.ts";
import { isList, isObject, objectOf, own } from "../values/json.ts";
import type { Json, JsonObject } from "../values/json.ts";
import { withKey } from "./document.ts";
import { parseImageReference } from "./image-reference.ts";
import { compileMention } from "./mention.ts";

const podSpec = ["spec"];
const templateSpec = ["spec", "template", "spec"];

/** Where kinds keep their pod spec. */
const podSpecs: ReadonlyMap<string, readonly string[]> = new Map([
  ["Pod", podSpec],
  ["CronJob", ["spec", "jobTemplate", "spec", "template", "spec"]],
  ["DaemonSet", templateSpec],
  ["Deployment", templateSpec],
  ["Job", templateSpec],
  ["ReplicaSet", templateSpec],
  ["ReplicationController", templateSpec],
  ["StatefulSet", templateSpec],
]);
const groups = ["initContainers", "containers", "ephemeralContainers"];

/** True where an expression needs `images`. */
export const mentionsImages = compileMention("images");

/**
 * The variable `images` of an object: per kind of container and container name, the parts of its image. Undefined where
 * the object has none. Throws a `QueryError` for an image that cannot be read or a pod spec of the wrong shape.
 */
export function imagesOf(resource: JsonObject, kind: string): JsonObject | undefined {
  const path = podSpecs.get(kind);
  if (path === undefined) return undefined;
  const spec = podSpecOf(resource, kind);
  let images: JsonObject = {};
  for (const group of groups) {
    const found = imagesOfGroup(childOf(spec, group), `/${path.join("/")}/${group}`);
    if (Object.keys(found).length > 0) images = withKey(images, group, found);
  }
  return Object.keys(images).length === 0 ? undefined : images;
}

/** The pod spec of an object; null where its kind has none. Throws a `QueryError` where the way to it has the wrong shape. */
export function podSpecOf(resource: JsonObject, kind: string): Json {
  const path = podSpecs.get(kind);
  return path === undefined ? null : path.reduce<Json>((value, key) => childOf(value, key), resource);
}

function childOf(value: Json, key: string): Json {
  if (value === null) return null;
  if (!isObject(value)) throw new QueryError("failed", `invalid type: ${key} is looked for in no object`);
  return own(value, key) ?? null;
}

function imagesOfGroup(containers: Json, pointer: string): JsonObject {
  if (containers === null) return {};
  if (!isList(containers)) throw new QueryError("failed", `invalid type: ${pointer} is not a list`);
  const images: [string, JsonObject][] = [];
  for (const [index, container] of containers.entries()) {
    const image = childOf(container, "image");
    if (image === null || (typeof image === "string" && image.trim() === "")) continue;
    const name = childOf(container, "name");
    if (typeof image !== "string") throw new QueryError("failed", "invalid value");
    if (typeof name !== "string") throw new QueryError("failed", "invalid key");
    images.push([name, imageInfo(image, `${pointer}/${index}/image`)]);
  }
  return objectOf(images);
}

/** The parts of an image reference, as the variable `images` shows them. Throws a `QueryError` for one that is none. */
export function imageInfo(image: string, jsonPointer: string): JsonObject {
  const parsed = parseImageReference(image.trim());
  if (parsed === undefined) {
    throw new QueryError("failed", `invalid image '${image}' (bad image: it is no image reference)`);
  }
  const { registry, path, name, tag, digest } = parsed;
  const repository = `${registry}/${path}`;
  return {
    registry,
    name,
    path,
    ...(tag === "" ? {} : { tag }),
    ...(digest === "" ? {} : { digest }),
    reference: digest === "" ? `${repository}:${tag}` : `${repository}@${digest}`,
    referenceWithTag: `${repository}:${tag}`,
    jsonPointer,
  };
}
