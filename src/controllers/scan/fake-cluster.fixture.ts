import type { KubeObject } from "#api/meta/object-meta.ts";
import { resourceTypeKey } from "#api/meta/resource-type.ts";
import type { ResourceType } from "#api/meta/resource-type.ts";
import { everyUid } from "#api/meta/uid-range.ts";
import { ApiError } from "#kube/client/api-error.ts";
import type { KubeClient } from "#kube/client/kube-client.ts";
import { createDelivery } from "#kube/list-watch/delivery.ts";
import type { Selection, Source, SourceHandlers, SourceState } from "#kube/list-watch/source.ts";
import type { LoadContext } from "./context-epoch.ts";
import type { ListPages } from "./pass-runner.ts";

export function typeOf(
  apiVersion: string,
  kind: string,
  namespaced = true,
  more: Partial<ResourceType> = {},
): ResourceType {
  const [group = "", version = ""] = apiVersion.includes("/") ? apiVersion.split("/") : ["", apiVersion];
  const resource = `${kind.toLowerCase()}s`;
  return {
    group,
    version,
    kind,
    resource,
    namespaced,
    preferred: true,
    verbs: ["get", "list", "watch"],
    ...more,
  };
}

export const builtIn = {
  namespaces: typeOf("v1", "Namespace", false),
  configMaps: typeOf("v1", "ConfigMap"),
  pods: typeOf("v1", "Pod"),
  clusterPolicies: typeOf("kyverno.io/v1", "ClusterPolicy", false),
  policies: typeOf("kyverno.io/v1", "Policy"),
} as const;

/** Something that the cluster is about to tell; each stream is in order, and streams are independent. */
interface Stream {
  readonly steps: (() => Promise<void> | void)[];
}

/**
 * A cluster in memory whose every answer and event waits until a test lets it through: `step` lets one through, chosen
 * by the test, and `drain` all of them.
 */
export class FakeCluster {
  readonly #objects = new Map<string, Map<string, KubeObject>>();
  readonly #sources = new Set<FakeSource>();
  readonly #streams = new Set<Stream>();
  readonly #unreadable = new Map<string, string>();
  types: ResourceType[] = Object.values(builtIn);
  /** What was asked for: `list pods`, `list pods in shop`, `get pods a`. */
  readonly requests: string[] = [];
  #version = 0;

  /** Stores an object as it is now and tells every watch. */
  set(type: ResourceType, object: KubeObject): void {
    const stored = { ...object, metadata: { ...object.metadata, resourceVersion: String(++this.#version) } };
    const known = this.#of(type);
    const event = known.has(object.metadata.uid) ? "MODIFIED" : "ADDED";
    known.set(object.metadata.uid, stored);
    for (const source of this.#watching(type, stored)) source.tell(event, stored);
  }

  delete(type: ResourceType, uid: string): void {
    const object = this.#of(type).get(uid);
    if (object === undefined) return;
    this.#of(type).delete(uid);
    for (const source of this.#watching(type, object)) source.tell("DELETED", object);
  }

  uids(type: ResourceType): string[] {
    return [...this.#of(type).keys()];
  }

  get(type: ResourceType, uid: string): KubeObject | undefined {
    return this.#of(type).get(uid);
  }

  /** The kind cannot be read any more, or can be read again. */
  setReadable(type: ResourceType, problem: string | undefined): void {
    const key = resourceTypeKey(type);
    if (problem === undefined) this.#unreadable.delete(key);
    else this.#unreadable.set(key, problem);
    for (const source of this.#sources) if (resourceTypeKey(source.selection.type) === key) source.refresh();
  }

  /** Every watch of the kind was lost: what happened since is told by a new list only. */
  relist(type: ResourceType): void {
    const key = resourceTypeKey(type);
    for (const source of this.#sources) {
      if (resourceTypeKey(source.selection.type) === key) source.relist();
    }
  }

  /** Kinds with an open list and watch. */
  watched(): string[] {
    return [...this.#sources].map(({ selection }) => resourceTypeKey(selection.type)).toSorted();
  }

  waiting(): number {
    return this.#ready().length;
  }

  /** Lets the next thing of one stream through; `choose` gives an index below the number of streams. */
  step(choose: (count: number) => number): void {
    const ready = this.#ready();
    const stream = ready[choose(ready.length)];
    void stream?.steps.shift()?.();
  }

  readonly openSource = (selection: Selection, handlers: SourceHandlers): Source => {
    const source = new FakeSource(selection, handlers, {
      list: () => this.#select(selection),
      problem: () => this.#unreadable.get(resourceTypeKey(selection.type)),
      newStream: () => this.#newStream(),
      onStop: () => this.#sources.delete(source),
    });
    this.#sources.add(source);
    source.relist();
    return source;
  };

  readonly listPages: ListPages = async (type, { namespace, pace, signal }, handle, onListStart) => {
    onListStart();
    this.requests.push(`list ${type.resource}${namespace === undefined ? "" : ` in ${namespace}`}`);
    const problem = this.#unreadable.get(resourceTypeKey(type));
    const objects = this.#select(namespace === undefined ? { type } : { type, namespace });
    await this.gate();
    if (problem !== undefined) throw new Error(problem);
    for (let first = 0; first < objects.length; first += 2) {
      signal.throwIfAborted();
      if (first > 0) await pace?.();
      await handle(objects.slice(first, first + 2));
      await this.gate();
    }
  };

  readonly client: Pick<KubeClient, "get"> = {
    get: async (type, { name, namespace }) => {
      this.requests.push(`get ${type.resource} ${name}`);
      await this.gate();
      const found = this.#select(namespace === undefined ? { type } : { type, namespace }).find(
        ({ metadata }) => metadata.name === name,
      );
      if (found !== undefined) return found;
      throw new ApiError({ status: 404, reason: "NotFound", message: `${name} not found` });
    },
  };

  readonly loadContext: LoadContext = async (request) => {
    if (request.kind !== "configMap") return { kind: "failed", message: "not here" };
    this.requests.push(`load ${request.namespace}/${request.name}`);
    await this.gate();
    const found = this.#select({ type: builtIn.configMaps, namespace: request.namespace }).find(
      ({ metadata }) => metadata.name === request.name,
    );
    await this.gate();
    return found === undefined
      ? { kind: "failed", message: "not found" }
      : { kind: "value", value: structuredClone(found) as never };
  };

  /** Waits until a test lets it through. */
  gate(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const stream = this.#newStream();
    stream.steps.push(() => {
      this.#streams.delete(stream);
      resolve();
    });
    return promise;
  }

  #newStream(): Stream {
    const stream: Stream = { steps: [] };
    this.#streams.add(stream);
    return stream;
  }

  #ready(): Stream[] {
    return [...this.#streams].filter(({ steps }) => steps.length > 0);
  }

  #of(type: ResourceType): Map<string, KubeObject> {
    const key = `${type.group}/${type.kind}`;
    const known = this.#objects.get(key) ?? new Map<string, KubeObject>();
    this.#objects.set(key, known);
    return known;
  }

  #select({ type, namespace }: Selection): KubeObject[] {
    const apiVersion = type.group === "" ? type.version : `${type.group}/${type.version}`;
    return [...this.#of(type).values()]
      .filter(({ metadata }) => namespace === undefined || metadata["namespace"] === namespace)
      .map((object) => ({ ...object, apiVersion }));
  }

  #watching(type: ResourceType, { metadata }: KubeObject): FakeSource[] {
    return [...this.#sources].filter(
      ({ selection }) =>
        selection.type.group === type.group &&
        selection.type.kind === type.kind &&
        (selection.namespace === undefined || selection.namespace === metadata["namespace"]),
    );
  }
}

interface FakeSourcePorts {
  readonly list: () => readonly KubeObject[];
  readonly problem: () => string | undefined;
  readonly newStream: () => Stream;
  readonly onStop: () => void;
}

/** A list and a watch as `SourceHandlers` promises them, told step by step. */
class FakeSource implements Source {
  readonly selection: Selection;
  readonly #handlers: SourceHandlers;
  readonly #ports: FakeSourcePorts;
  readonly #delivery: ReturnType<typeof createDelivery>;
  #listing: Stream;
  #watching: Stream;
  #state: SourceState = { kind: "syncing" };
  #stopped = false;
  /** A list that was begun again tells nothing more. */
  #lists = 0;

  constructor(selection: Selection, handlers: SourceHandlers, ports: FakeSourcePorts) {
    this.selection = selection;
    this.#handlers = handlers;
    this.#ports = ports;
    this.#delivery = createDelivery(handlers, everyUid);
    this.#listing = ports.newStream();
    this.#watching = ports.newStream();
  }

  state(): SourceState {
    return this.#state;
  }

  tell(type: "ADDED" | "MODIFIED" | "DELETED", object: KubeObject): void {
    const { group, version } = this.selection.type;
    const told = { ...object, apiVersion: group === "" ? version : `${group}/${version}` };
    this.#watching.steps.push(() => this.#unlessStopped(() => this.#delivery.event(type, told)));
  }

  /** Lists again: what the watch had not told yet is lost, and the list shows it. */
  relist(): void {
    this.#listing.steps.length = 0;
    this.#watching.steps.length = 0;
    const list = ++this.#lists;
    this.#listing.steps.push(async () => {
      if (this.#ports.problem() !== undefined) {
        this.refresh();
        return;
      }
      await this.#unlessStopped(() => this.#delivery.startEpoch());
      if (list !== this.#lists) return;
      // The list shows what is there when it begins; the watch goes on from then.
      const objects = this.#ports.list();
      this.#watching.steps.length = 0;
      const pages = Array.from({ length: Math.ceil(objects.length / 2) }, (_, page) =>
        objects.slice(page * 2, page * 2 + 2),
      );
      let last: Promise<void> = Promise.resolve();
      for (const page of pages) {
        this.#listing.steps.push(() => {
          last = last.then(() => this.#unlessStopped(() => this.#delivery.page(page)));
          return last;
        });
      }
      this.#listing.steps.push(async () => {
        await last;
        if (list !== this.#lists) return;
        await this.#unlessStopped(() => this.#delivery.synced());
        if (this.#ports.problem() === undefined) this.#setState({ kind: "live" });
      });
    });
  }

  /** Shows whether it can be read. */
  refresh(): void {
    const reason = this.#ports.problem();
    if (reason !== undefined) this.#setState({ kind: "degraded", reason, status: 403 });
    else if (this.#state.kind === "degraded") {
      this.#setState({ kind: "syncing" });
      this.relist();
    }
  }

  stop(): Promise<void> {
    this.#stopped = true;
    this.#listing.steps.length = 0;
    this.#watching.steps.length = 0;
    this.#ports.onStop();
    return Promise.resolve();
  }

  #setState(state: SourceState): void {
    if (this.#stopped || (this.#state.kind === state.kind && state.kind !== "degraded")) return;
    this.#state = state;
    this.#handlers.onState(state);
  }

  async #unlessStopped(act: () => Promise<void>): Promise<void> {
    if (!this.#stopped) await act();
  }
}
