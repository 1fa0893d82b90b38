import type { KubeObject } from "#api/meta/object-meta.ts";
import type { ResourceType } from "#api/meta/resource-type.ts";
import { configMaps } from "#controllers/cleanup/cleanup-world.fixture.ts";
import { createTtlController } from "#controllers/ttl/ttl-controller.ts";
import type { TtlControllerDeps } from "#controllers/ttl/ttl-controller.ts";
import type { TtlScope } from "#controllers/ttl/ttl-object.ts";
import { ApiError } from "#kube/client/api-error.ts";
import type { SourceHandlers } from "#kube/list-watch/source.ts";
import { createVirtualClock } from "#test/support/virtual-clock.ts";

const label = "cleanup.kyverno.io/ttl";

interface LabelledText {
  readonly created?: string;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly namespace?: string;
}

/** An object with that value of the label, made at the beginning of time. */
export const labelled = (name: string, value: string, more: LabelledText = {}): KubeObject => ({
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: {
    name,
    namespace: more.namespace ?? "shop",
    uid: `uid-${name}`,
    resourceVersion: "1",
    creationTimestamp: more.created ?? "2026-01-01T00:00:00Z",
    labels: { [label]: value },
    annotations: more.annotations ?? {},
  },
});

/** The controller of the TTL label over objects in memory and a clock that is moved by hand. */
export class TtlWorld {
  readonly clock = createVirtualClock();
  readonly served: readonly ResourceType[] = [configMaps];
  readonly objects = new Map<string, KubeObject>();
  readonly sources = new Map<ResourceType, SourceHandlers>();
  readonly deleted: string[] = [];
  readonly notes: string[] = [];
  readonly namespaces = new Map<string, Readonly<Record<"labels" | "annotations", Record<string, string>>>>([
    ["shop", { labels: {}, annotations: {} }],
  ]);
  readonly concurrency = 4;
  readonly ending = new AbortController();
  mayDelete: boolean;
  mostUnderWay = 0;
  types: () => readonly ResourceType[] = () => this.served;
  scope: TtlScope = { kinds: [], namespaces: [] };
  /** Called before each delete; throws to make the server fail, changes objects to make it race. */
  before: (name: string) => void = () => {};
  readonly controller: ReturnType<typeof createTtlController>;
  #underWay = 0;

  constructor({
    mayDelete = true,
    journal,
  }: { readonly mayDelete?: boolean } & Pick<TtlControllerDeps, "journal"> = {}) {
    this.mayDelete = mayDelete;
    this.controller = createTtlController({
      client: {
        get: (_type, { name }) => this.#get(name),
        delete: (_type, { name }, options) => this.#delete(name, options ?? {}),
      },
      clock: this.clock,
      ownNamespace: "kyverno",
      namespaceOf: (name) => this.namespaces.get(name),
      ...(journal === undefined ? {} : { journal }),
      concurrency: this.concurrency,
      signal: this.ending.signal,
      openSource: (selection, handlers) => {
        this.sources.set(selection.type, handlers);
        return {
          selection,
          state: () => ({ kind: "live" }),
          relist: () => {},
          stop: () => Promise.resolve(void this.sources.delete(selection.type)),
        };
      },
      types: () => this.types(),
      scope: () => this.scope,
      mayDelete: () => Promise.resolve(this.mayDelete),
      observer: {
        deleted: () => {},
        protected: ({ name }, reason) => this.notes.push(`${name}: ${reason}`),
        failed: ({ name }, error) => this.notes.push(`${name}: ${String(error)}`),
        invalid: (_type, { name }, problem) => this.notes.push(`${name}: ${problem}`),
      },
    });
  }

  /** The object is there, and the watch tells of it. */
  async show(object: KubeObject): Promise<void> {
    if (this.sources.size === 0) await this.clock.settle();
    const before = this.objects.get(object.metadata.name);
    const resourceVersion = String(Number(before?.metadata.resourceVersion ?? "0") + 1);
    const stored = { ...object, metadata: { ...object.metadata, resourceVersion } };
    this.objects.set(object.metadata.name, stored);
    for (const handlers of this.sources.values()) await handlers.onEvent("MODIFIED", stored, 1);
  }

  async stop(): Promise<void> {
    this.ending.abort();
    await this.controller.stop();
  }

  #get(name: string): Promise<KubeObject> {
    const found = this.objects.get(name);
    return found === undefined ? Promise.reject(refusal(404, "NotFound")) : Promise.resolve(found);
  }

  async #delete(
    name: string,
    options: { readonly uid?: string; readonly resourceVersion?: string },
  ): Promise<undefined> {
    this.#underWay += 1;
    this.mostUnderWay = Math.max(this.mostUnderWay, this.#underWay);
    try {
      await Promise.resolve();
      this.before(name);
      const { metadata } = await this.#get(name);
      if (metadata.uid !== options.uid || metadata.resourceVersion !== options.resourceVersion)
        throw refusal(409, "Conflict");
      this.objects.delete(name);
      this.deleted.push(name);
      return undefined;
    } finally {
      this.#underWay -= 1;
    }
  }
}

export const refusal = (status: number, reason: string): ApiError =>
  new ApiError({ status, reason, message: reason });
