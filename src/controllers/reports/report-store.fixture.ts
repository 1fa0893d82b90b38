import type { KubeObject } from "#api/meta/object-meta.ts";
import { ApiError, TransportError, WriteFenced } from "#kube/client/api-error.ts";
import type { SourceHandlers } from "#kube/list-watch/source.ts";
import type { ReportPlace, ReportStore } from "./report-store.ts";

/** How a request of the store goes wrong. */
export type Fault =
  /** Carried out, but the answer does not come. */
  | "lost"
  /** Not carried out, and no answer. */
  | "dropped"
  | "unavailable"
  | "forbidden"
  | "invalid"
  | "fenced";

export type Verb = "list" | "get" | "create" | "replace" | "remove";

export interface StoreCall {
  readonly verb: Verb;
  readonly name: string;
}

type Wire = Record<string, unknown> & { metadata: Record<string, unknown> };

/** An API server that holds nothing but reports, in memory. */
export class InMemoryReports implements ReportStore {
  readonly objects = new Map<string, Wire>();
  readonly calls: StoreCall[] = [];
  /** Replacements that changed nothing but times. */
  unchangedWrites = 0;
  /** Consulted before each request. */
  fault: (call: StoreCall) => Fault | undefined = () => undefined;
  terminating: ReadonlySet<string> = new Set();
  /** Writes of the writer under test that were carried out. */
  carriedOut = 0;
  #gate: Promise<void> = Promise.resolve();
  #open: () => void = () => {};
  #answers: Promise<void> = Promise.resolve();
  #release: () => void = () => {};
  #version = 100;
  #uid = 0;
  readonly #watchers = new Map<boolean, SourceHandlers>();
  #undelivered: (() => Promise<void>)[] = [];

  writes(): readonly StoreCall[] {
    return this.calls.filter(({ verb }) => verb !== "get" && verb !== "list");
  }

  count(verb: Verb): number {
    return this.calls.filter((call) => call.verb === verb).length;
  }

  /** Requests wait until `open`. */
  close(): void {
    const gate = Promise.withResolvers<void>();
    this.#gate = gate.promise;
    this.#open = gate.resolve;
  }

  open(): void {
    this.#open();
  }

  /** Writes are carried out, but their answers wait until `releaseAnswers`: events overtake them. */
  holdAnswers(): void {
    this.#release();
    const gate = Promise.withResolvers<void>();
    this.#answers = gate.promise;
    this.#release = gate.resolve;
  }

  releaseAnswers(): void {
    this.#release();
  }

  /** Delivers what the watches have to tell, in order. */
  async deliver(): Promise<void> {
    const events = this.#undelivered;
    this.#undelivered = [];
    for (const event of events) await event();
  }

  /** A list of metadata, as a watch does it that lost its place; undelivered events are lost. */
  async relist(): Promise<void> {
    this.#undelivered = [];
    for (const [namespaced, handlers] of this.#watchers) {
      handlers.onListStart(1);
      const objects = [...this.objects.values()].filter(
        (object) => isManaged(object) && (object.metadata["namespace"] !== undefined) === namespaced,
      );
      await handlers.onPage(objects.map(metadataOf), { epoch: 1, superseded: () => false });
      await handlers.onSynced(1);
    }
  }

  /** Someone else writes. */
  edit(name: string, change: (object: Wire) => void): void {
    const before = this.objects.get(name);
    if (before === undefined) throw new Error(`no report ${name}`);
    const after = structuredClone(before);
    change(after);
    this.#store(after, "MODIFIED", before);
  }

  put(object: object): void {
    this.#store(structuredClone(object) as Wire, "ADDED");
  }

  /** Someone else deletes. */
  drop(name: string): void {
    const object = this.objects.get(name);
    if (object === undefined) return;
    this.objects.delete(name);
    this.#tell("DELETED", object);
  }

  async list(onPage: (reports: readonly KubeObject[]) => void): Promise<void> {
    const fault = await this.#begin("list", "");
    if (fault !== undefined) throw errorOf(fault);
    const managed = [...this.objects.values()].filter(isManaged);
    for (let at = 0; at < managed.length; at += 2) {
      onPage(structuredClone(managed.slice(at, at + 2)) as unknown as KubeObject[]);
    }
  }

  watch(namespaced: boolean, handlers: SourceHandlers): { stop(): Promise<void> } {
    this.#watchers.set(namespaced, handlers);
    return {
      stop: () => {
        if (this.#watchers.get(namespaced) === handlers) this.#watchers.delete(namespaced);
        return Promise.resolve();
      },
    };
  }

  async get({ name }: ReportPlace): Promise<KubeObject | undefined> {
    const fault = await this.#begin("get", name);
    if (fault !== undefined) throw errorOf(fault);
    return structuredClone(this.objects.get(name)) as KubeObject | undefined;
  }

  async create(place: ReportPlace, report: object): ReturnType<ReportStore["create"]> {
    const fault = await this.#begin("create", place.name);
    if (fault !== undefined && fault !== "lost") throw errorOf(fault);
    if (place.namespace !== undefined && this.terminating.has(place.namespace)) {
      return { kind: "namespace-gone" };
    }
    if (this.objects.has(place.name)) return { kind: "exists" };
    const resourceVersion = this.#store(structuredClone(report) as Wire, "ADDED");
    await this.#answer();
    if (fault === "lost") throw errorOf(fault);
    return { kind: "written", resourceVersion };
  }

  async replace(place: ReportPlace, report: object): ReturnType<ReportStore["replace"]> {
    const fault = await this.#begin("replace", place.name);
    if (fault !== undefined && fault !== "lost") throw errorOf(fault);
    const before = this.objects.get(place.name);
    const after = structuredClone(report) as Wire;
    if (before === undefined) return { kind: "missing" };
    if (after.metadata["resourceVersion"] !== before.metadata["resourceVersion"]) return { kind: "conflict" };
    if (contentOf(before) === contentOf(after)) this.unchangedWrites++;
    const resourceVersion = this.#store(after, "MODIFIED", before);
    await this.#answer();
    if (fault === "lost") throw errorOf(fault);
    return { kind: "written", resourceVersion };
  }

  async remove(
    place: ReportPlace,
    preconditions: { readonly uid?: string; readonly resourceVersion: string },
  ): ReturnType<ReportStore["remove"]> {
    const fault = await this.#begin("remove", place.name);
    if (fault !== undefined && fault !== "lost") throw errorOf(fault);
    const before = this.objects.get(place.name);
    if (before === undefined) return "missing";
    const { uid, resourceVersion } = before.metadata;
    if (resourceVersion !== preconditions.resourceVersion) return "conflict";
    if (preconditions.uid !== undefined && preconditions.uid !== uid) return "conflict";
    this.drop(place.name);
    await this.#answer();
    if (fault === "lost") throw errorOf(fault);
    return "removed";
  }

  async #begin(verb: Verb, name: string): Promise<Fault | undefined> {
    const call = { verb, name };
    this.calls.push(call);
    await this.#gate;
    return this.fault(call);
  }

  async #answer(): Promise<void> {
    this.carriedOut++;
    await this.#answers;
  }

  #store(object: Wire, type: "ADDED" | "MODIFIED", before?: Wire): string {
    const resourceVersion = String(++this.#version);
    const uid = before?.metadata["uid"] ?? `report-${++this.#uid}`;
    object.metadata = { ...object.metadata, uid, resourceVersion };
    this.objects.set(object.metadata["name"] as string, object);
    // A selector makes an object that stops to match look deleted.
    if (isManaged(object)) this.#tell(type, object);
    else if (before !== undefined && isManaged(before)) this.#tell("DELETED", object);
    return resourceVersion;
  }

  #tell(type: "ADDED" | "MODIFIED" | "DELETED", object: Wire): void {
    const seen = metadataOf(object);
    const namespaced = object.metadata["namespace"] !== undefined;
    this.#undelivered.push(async () => this.#watchers.get(namespaced)?.onEvent(type, seen, 1));
  }
}

function metadataOf({ metadata }: Wire): KubeObject {
  const partial = { apiVersion: "meta.k8s.io/v1", kind: "PartialObjectMetadata", metadata };
  return structuredClone(partial) as unknown as KubeObject;
}

function isManaged({ metadata }: Wire): boolean {
  const labels = metadata["labels"] as Record<string, string> | undefined;
  return labels?.["app.kubernetes.io/managed-by"] === "kyverno";
}

/** Everything that is written but times and what the server sets. */
function contentOf({ metadata, results, scope, summary }: Wire): string {
  const { labels, annotations, ownerReferences } = metadata;
  const timeless = ((results ?? []) as Record<string, unknown>[]).map((result) =>
    Object.entries(result)
      .filter(([field]) => field !== "timestamp")
      .toSorted(([a], [b]) => a.localeCompare(b)),
  );
  return JSON.stringify([labels, annotations, ownerReferences, scope, summary, timeless]);
}

function errorOf(fault: Fault): Error {
  switch (fault) {
    case "lost":
    case "dropped":
      return new TransportError("timeout", "no answer in time");
    case "unavailable":
      return new ApiError({ status: 503, reason: "ServiceUnavailable", message: "not now" });
    case "forbidden":
      return new ApiError({ status: 403, reason: "Forbidden", message: "not you" });
    case "invalid":
      return new ApiError({ status: 422, reason: "Invalid", message: "not like that" });
    case "fenced":
      return new WriteFenced();
    default:
      return fault satisfies never;
  }
}
