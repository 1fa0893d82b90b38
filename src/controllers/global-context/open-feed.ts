import type { GlobalContextEntry } from "#api/kyverno/global-context-entry.ts";
import type { ContextAnswer, ContextRequest } from "#engine/context/context-source.ts";
import type { Json } from "#engine/values/json.ts";
import { openCallFeed } from "./call-feed.ts";
import { createSharedBytes } from "./entry-feed.ts";
import type { EntryFeed } from "./entry-feed.ts";
import { openResourceFeed } from "./resource-feed.ts";
import type { ResourceFeedDeps } from "./resource-feed.ts";

export interface FeedOpenerDeps extends Pick<ResourceFeedDeps, "open" | "types" | "isWithheld" | "clock"> {
  readonly hashObject: ResourceFeedDeps["hash"];
  readonly hash: (value: Json) => string;
  readonly load: (request: ContextRequest, entry: string) => Promise<ContextAnswer>;
  readonly random: () => number;
  /** What one entry may keep, and all of them together; about as much memory as they take. */
  readonly limits: { readonly maxEntryBytes: number; readonly maxTotalBytes: number };
}

/** Opens the feed of an entry; `onChange` is called whenever its state or its data are not what they were. */
export type OpenFeed = (entry: GlobalContextEntry, onChange: () => void) => EntryFeed;

/** Makes the function that opens feeds, which share one bound of memory. */
export function createFeedOpener(deps: FeedOpenerDeps): OpenFeed {
  const shared = createSharedBytes(deps.limits.maxTotalBytes);
  const { clock, random } = deps;
  const maxBytes = deps.limits.maxEntryBytes;
  return ({ metadata: { name = "" }, spec }, onChange) => {
    if (spec.kubernetesResource !== undefined) {
      const { open, types, isWithheld, hashObject } = deps;
      return openResourceFeed(spec.kubernetesResource, {
        open,
        types,
        isWithheld,
        hash: hashObject,
        maxBytes,
        shared,
        clock,
        onChange,
      });
    }
    if (spec.apiCall === undefined) return failedFeed("neither kubernetesResource nor apiCall is given");
    return openCallFeed(name, spec.apiCall, {
      load: (request) => deps.load(request, name),
      maxBytes,
      shared,
      hash: deps.hash,
      clock,
      random,
      onChange,
    });
  };
}

/** The feed of an entry that has no data, and why. */
export function failedFeed(reason: string): EntryFeed {
  return {
    state: () => ({ kind: "failed", reason }),
    data: () => null,
    version: () => 0,
    retry: () => {},
    stop: () => Promise.resolve(),
  };
}
