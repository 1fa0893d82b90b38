import type { KubeObject } from "#api/meta/object-meta.ts";
import { resourceTypeKey } from "#api/meta/resource-type.ts";
import type { ResourceType } from "#api/meta/resource-type.ts";
import type { ObjectKey } from "#kube/client/kube-client.ts";
import type { OwnWrites } from "./trigger-feed.ts";

/** All field managers of this process begin so. */
export const fieldManagerPrefix = "rearguard";

/** Versions that are remembered; a watch that lags behind more of our writes takes the oldest for those of others. */
const maxVersions = 50_000;

function placeOf(type: ResourceType, { namespace = "", name }: ObjectKey): string {
  return `${resourceTypeKey(type)} ${namespace}/${name}`;
}

/** The memory of what this process wrote: which version of which object. A watch event may come before the answer does. */
export function createOwnWrites(): OwnWrites {
  const versions = new Set<string>();
  const underWay = new Map<string, Set<Promise<unknown>>>();

  const remember = ({ metadata }: KubeObject): void => {
    if (versions.size >= maxVersions) {
      for (const oldest of versions) {
        versions.delete(oldest);
        break;
      }
    }
    versions.add(`${metadata.uid} ${metadata.resourceVersion}`);
  };

  const isKnown = ({ metadata }: KubeObject): boolean =>
    versions.has(`${metadata.uid} ${metadata.resourceVersion}`);

  return {
    async run(type, key, write) {
      const place = placeOf(type, key);
      const running = write();
      // Whoever waits for it only wants to know that it has ended.
      const ended = running.then(
        (object) => (object === undefined ? undefined : remember(object)),
        () => undefined,
      );
      const others = underWay.get(place) ?? new Set();
      others.add(ended);
      underWay.set(place, others);
      try {
        const object = await running;
        await ended;
        return object;
      } finally {
        others.delete(ended);
        if (others.size === 0) underWay.delete(place);
      }
    },
    isOwn(type, object) {
      if (isKnown(object)) return true;
      const { name, namespace } = object.metadata;
      const key = typeof namespace === "string" ? { name, namespace } : { name };
      const running = underWay.get(placeOf(type, key));
      return running === undefined ? false : Promise.all(running).then(() => isKnown(object));
    },
  };
}

interface ManagedEntry {
  readonly manager?: unknown;
  readonly time?: unknown;
  readonly subresource?: unknown;
}

/**
 * True where the last change that the object itself tells of is one of this process, or of the one before it: for objects
 * that were changed while nobody watched.
 */
export function isLastWrittenByUs({ metadata }: KubeObject): boolean {
  const entries = managedEntries(metadata["managedFields"]).filter(
    ({ subresource }) => subresource === undefined || subresource === "",
  );
  const newest = entries.reduce<ManagedEntry | undefined>(
    (last, entry) => (last === undefined || timeOf(entry) >= timeOf(last) ? entry : last),
    undefined,
  );
  return typeof newest?.manager === "string" && newest.manager.startsWith(fieldManagerPrefix);
}

function managedEntries(value: unknown): readonly ManagedEntry[] {
  return Array.isArray(value) ? value.filter((entry) => typeof entry === "object" && entry !== null) : [];
}

function timeOf({ time }: ManagedEntry): string {
  return typeof time === "string" ? time : "";
}
