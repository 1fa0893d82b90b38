import { isList, isObject, own } from "../values/json.ts";
import type { JsonObject } from "../values/json.ts";

const statusLists = ["initContainerStatuses", "containerStatuses", "ephemeralContainerStatuses"];

/**
 * What the named containers of a pod run, where that is another digest than the one that was verified:
 * `web: registry/path@sha256:…`. A tag may have moved since the pod was started. Undefined where they agree or the pod does
 * not say.
 */
export function runningImage(
  pod: JsonObject,
  containers: readonly string[],
  verifiedDigest: string,
): string | undefined {
  const status = own(pod, "status");
  if (!isObject(status)) return undefined;
  const told = statusLists.flatMap((list) => {
    const statuses = own(status, list);
    if (!isList(statuses)) return [];
    return statuses.flatMap((one) => {
      const name = isObject(one) ? own(one, "name") : undefined;
      const imageId = isObject(one) ? own(one, "imageID") : undefined;
      if (typeof name !== "string" || typeof imageId !== "string" || !containers.includes(name)) return [];
      const digest = imageId.slice(imageId.indexOf("@") + 1);
      if (!imageId.includes("@sha256:") || digest === verifiedDigest) return [];
      // Old runtimes put a scheme before it.
      return [`${name}: ${imageId.replace(/^docker-pullable:\/\//, "")}`];
    });
  });
  return told.length === 0 ? undefined : told.join(", ");
}
