import type { ResourceType } from "#api/meta/resource-type.ts";
import { systemClock } from "#controllers/runtime/clock.ts";
import { createSeenHash } from "#controllers/scan/seen-hash.ts";
import { createCheckpointStore } from "#controllers/triggers/checkpoint.ts";
import { createTriggerFeed } from "#controllers/triggers/create-trigger-feed.ts";
import type { KubeClient } from "#kube/client/kube-client.ts";
import { fetchPages } from "#kube/list-watch/fetch-pages.ts";
import { startGenerate } from "./generate-part.ts";
import { startMutateExisting } from "./mutate-part.ts";
import { createLiveFilters } from "./live-filters.ts";
import type { Part, PartContext } from "./part.ts";
import { processKey } from "./process-key.ts";
import type { ResultPort } from "./result-port.ts";
import { startUpdateRequests } from "./update-requests-part.ts";

const limits = {
  maxHeldObjects: 1_000,
  maxOldObjectBytes: 32 * 1024 * 1024,
  maxFailing: 1_000,
  checkpointMs: 30_000,
};

/** Starts what acts on triggers: generate, mutate-existing, and the UpdateRequests that ask for either. */
export async function startBackground(
  context: PartContext,
  parts: Part[],
  deps: {
    readonly results: ResultPort;
    readonly wants: ReadonlySet<"generate" | "mutate-existing">;
    /** It works while the process stops, too. */
    readonly checkpointClient: KubeClient;
  },
): Promise<void> {
  const { client, discovery, startSettings, log, signal } = context;
  const seenHash = createSeenHash(Buffer.from(processKey()).toString("hex"));
  const isFiltered = createLiveFilters(context);
  const feed = await createTriggerFeed({
    client,
    openSource: context.openSource,
    types: () => discovery.types(),
    list: (type, namespace, handle) =>
      fetchPages(client, { type, ...(namespace === undefined ? {} : { namespace }) }, handle, {
        pageSize: startSettings.pageSize,
        signal,
      }),
    hash: (object) => seenHash(object, false),
    isFiltered: (place) =>
      isClosed(place, startSettings.namespace) || isFiltered({ ...place.type, subresource: "", ...place }),
    checkpoints: createCheckpointStore(deps.checkpointClient, startSettings.namespace),
    clock: systemClock,
    random: Math.random,
    log,
    signal,
    limits,
  });
  parts.push(feed);
  const unsubscribe = discovery.onChange(() => feed.typesChanged());
  parts.push({ stop: () => Promise.resolve(unsubscribe()) });
  const mutate = deps.wants.has("mutate-existing")
    ? startMutateExisting(context, { feed, results: deps.results })
    : undefined;
  if (mutate !== undefined) parts.push(mutate);
  const generate = deps.wants.has("generate")
    ? startGenerate(context, { feed, results: deps.results })
    : undefined;
  if (generate !== undefined) parts.push(generate);
  parts.push(
    startUpdateRequests(context, {
      ...(mutate === undefined ? {} : { mutate: mutate.controller }),
      ...(generate === undefined ? {} : { generate: generate.controller }),
    }),
  );
  log.info("background started", { only: [...deps.wants] });
}

/** What admission never sees by default: the namespace of the cluster itself, and our own, with all that is in them. */
function isClosed(
  {
    type,
    namespace,
    name,
  }: { readonly type: ResourceType; readonly namespace: string; readonly name: string },
  ownNamespace: string,
): boolean {
  const isNamespace = type.group === "" && type.kind === "Namespace";
  return ["kube-system", ownNamespace].includes(isNamespace ? name : namespace);
}
