import type { CachedKubernetesResource } from "#api/kyverno/global-context-entry.ts";
import type { KubeObject } from "#api/meta/object-meta.ts";
import type { ResourceType } from "#api/meta/resource-type.ts";
import { apiVersionOf } from "#api/meta/resource-type.ts";
import type { Clock, Timer } from "#controllers/runtime/clock.ts";
import type { Selection, Source, SourceHandlers, SourceState } from "#kube/list-watch/source.ts";
import type { EntryFeed, FeedState, SharedBytes } from "./entry-feed.ts";
import { createKeptObjects } from "./kept-objects.ts";

export interface ResourceFeedDeps {
  readonly open: (selection: Selection, handlers: SourceHandlers) => Source;
  readonly types: () => readonly ResourceType[];
  /** What rules can see of an object: equal hashes mean that nothing did change. */
  readonly hash: (object: KubeObject) => string;
  /** True for objects that policies never see. */
  readonly isWithheld: (type: ResourceType, object: KubeObject) => boolean;
  readonly maxBytes: number;
  readonly shared: SharedBytes;
  readonly clock: Clock;
  /** Its state or its data are not what they were. */
  readonly onChange: () => void;
}

/** How long data count that cannot be kept up to date for now: a restart of the API server is no news. */
const graceMs = 60_000;
/** What was too large may be small again. */
const reopenMs = 300_000;

function nameOf({ group = "", version, resource, namespace = "" }: CachedKubernetesResource): string {
  return `${resource} of ${apiVersionOf({ group, version })}${namespace === "" ? "" : ` in ${namespace}`}`;
}

/** The type to read, or why it cannot be read. */
function findType(
  { group = "", version, resource }: CachedKubernetesResource,
  types: readonly ResourceType[],
): ResourceType | "not served" | "not watchable" {
  const type = types.find(
    (row) => row.group === group && row.version === version && row.resource === resource,
  );
  if (type === undefined) return "not served";
  return type.verbs.includes("list") && type.verbs.includes("watch") ? type : "not watchable";
}

/** The objects of a kind, in one namespace or in all, kept by list and watch. */
export function openResourceFeed(resource: CachedKubernetesResource, deps: ResourceFeedDeps): EntryFeed {
  const { clock, onChange } = deps;
  const { namespace = "" } = resource;
  const what = nameOf(resource);
  const objects = createKeptObjects(deps);
  let source: Source | undefined;
  /** Which source counts: what an earlier one still says is not heard. */
  let turn = 0;
  let state: FeedState = { kind: "loading" };
  let isListed = false;
  let version = 0;
  let timer: Timer | undefined;
  let stopped = false;

  const become = (next: FeedState): void => {
    state = next;
    onChange();
  };
  const fail = (reason: string): void => become({ kind: "failed", reason });
  const later = (delayMs: number, action: () => void): void => {
    timer?.cancel();
    timer = clock.setTimer(
      delayMs,
      () => {
        timer = undefined;
        action();
      },
      { background: true },
    );
  };
  const changed = (): void => {
    version += 1;
    if (isListed) onChange();
  };

  const close = async (): Promise<void> => {
    const open = source;
    source = undefined;
    turn += 1;
    isListed = false;
    version += 1;
    objects.clear();
    await open?.stop();
  };

  const overflow = (): void => {
    void close();
    later(reopenMs, open);
    const mebibytes = Math.round(deps.maxBytes / 1024 / 1024);
    fail(
      `${what} take more memory than one entry (${mebibytes} MiB), or all together, may: name a namespace`,
    );
  };

  const put = (type: ResourceType, object: KubeObject, epoch: number): void => {
    if (deps.isWithheld(type, object)) return;
    const outcome = objects.put(object, epoch);
    if (outcome === "full") overflow();
    else if (outcome === "changed") changed();
  };

  const noteState = (now: SourceState): void => {
    if (now.kind === "degraded") {
      const reason = `cannot read ${what}: ${now.reason}`;
      if (!isListed || state.kind === "failed") fail(reason);
      else if (timer === undefined) later(graceMs, () => fail(reason));
    } else if (now.kind === "live" && isListed) {
      timer?.cancel();
      timer = undefined;
      if (state.kind !== "ready") become({ kind: "ready", refreshedMs: clock.now() });
    }
  };

  const handlersFor = (type: ResourceType, isCurrent: () => boolean): SourceHandlers => ({
    onListStart: () => {},
    onPage: (objectsOfPage, page) => {
      for (const object of objectsOfPage) {
        if (isCurrent() && !page.superseded(object.metadata.uid)) put(type, object, page.epoch);
      }
      return Promise.resolve();
    },
    onEvent: (event, object, epoch) => {
      if (!isCurrent()) return Promise.resolve();
      if (event !== "DELETED") put(type, object, epoch);
      else if (objects.remove(object)) changed();
      return Promise.resolve();
    },
    onSynced: (epoch) => {
      if (!isCurrent()) return Promise.resolve();
      if (objects.sweep(epoch)) version += 1;
      isListed = true;
      become({ kind: "ready", refreshedMs: clock.now() });
      return Promise.resolve();
    },
    onState: (now) => {
      if (isCurrent()) noteState(now);
    },
  });

  function open(): void {
    if (stopped || source !== undefined) return;
    const type = findType(resource, deps.types());
    if (type === "not served") return fail(`the API server does not serve ${what}`);
    if (type === "not watchable") return fail(`${what} cannot be listed and watched`);
    if (state.kind !== "loading") become({ kind: "loading" });
    const own = (turn += 1);
    source = deps.open(
      type.namespaced && namespace !== "" ? { type, namespace } : { type },
      handlersFor(type, () => own === turn),
    );
  }

  open();
  return {
    state: () => state,
    data: () => objects.list(),
    version: () => version,
    retry() {
      if (state.kind !== "failed") return;
      if (source === undefined) open();
      else source.relist("it may be readable now");
    },
    async stop() {
      stopped = true;
      timer?.cancel();
      await close();
    },
  };
}
