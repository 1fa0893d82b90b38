import type { KubeObject } from "#api/meta/object-meta.ts";
import type { ResourceType } from "#api/meta/resource-type.ts";
import type { Source, SourceHandlers, SourceState, WatchEventType } from "#kube/list-watch/source.ts";
import type { ContextEpoch } from "./context-epoch.ts";
import type { Subject } from "./judge.ts";
import { ObjectTable } from "./object-table.ts";
import type { ObjectRecord } from "./object-table.ts";
import type { PolicyFilter } from "./pass-request.ts";
import type { ScanPolicy } from "./scan-policy.ts";
import type { Candidate, VerdictWriter } from "./verdict-writer.ts";

export interface KindScanDeps {
  readonly openSource: (type: ResourceType, handlers: SourceHandlers) => Source;
  readonly writer: VerdictWriter;
  readonly seenHash: (object: KubeObject, withStatus: boolean) => string;
  /** Labels of a namespace, read once where they are not known yet. */
  readonly namespaceLabels: (
    namespace: string,
  ) => Promise<Subject["namespaceLabels"]> | Subject["namespaceLabels"];
  /** Answers for watch events: the epoch of the last two seconds. */
  readonly eventEpoch: () => ContextEpoch;
  readonly newEpoch: () => ContextEpoch;
  /** Gives way to the event loop between two objects when the slice is used up. */
  readonly slice: () => Promise<void> | undefined;
  /** Judging an object failed in an unforeseen way: it is read and judged again later. */
  readonly rejudge: (uid: string, error: unknown) => void;
  readonly ownerGone: (uid: string) => void;
  readonly onSynced: (scan: KindScan) => Promise<void>;
  readonly onState: (scan: KindScan, state: SourceState) => void;
}

/** Events of one kind that may be on their way to their reports at a time. */
const maxDetached = 64;

/**
 * Everything about one served kind: its objects as they are listed and watched, each judged when it changed. Lists and
 * passes of a kind never overrule what the watch told since they were asked for.
 */
export class KindScan {
  readonly type: ResourceType;
  readonly table = new ObjectTable();
  readonly #deps: KindScanDeps;
  #policies: ReadonlyMap<string, ScanPolicy>;
  #readsStatus = false;
  #source: Source | undefined;
  #synced = false;
  #pageEpoch: ContextEpoch | undefined;
  readonly #detached = new Set<Promise<void>>();

  constructor(type: ResourceType, policies: ReadonlyMap<string, ScanPolicy>, deps: KindScanDeps) {
    this.type = type;
    this.#deps = deps;
    this.#policies = policies;
    this.setPolicies(policies);
  }

  /** Listed to the end at least once since it was started. */
  get synced(): boolean {
    return this.#synced;
  }

  get state(): SourceState {
    return this.#source?.state() ?? { kind: "syncing" };
  }

  get policies(): ReadonlyMap<string, ScanPolicy> {
    return this.#policies;
  }

  /** The policies that judge from now on; objects known already are judged again by a pass. */
  setPolicies(policies: ReadonlyMap<string, ScanPolicy>): void {
    this.#policies = policies;
    this.#readsStatus = [...policies.values()].some(({ compiled }) => compiled.readsStatus);
  }

  start(): void {
    this.#source = this.#deps.openSource(this.type, {
      onListStart: () => {
        this.#pageEpoch = this.#deps.newEpoch();
      },
      onPage: (objects, page) => this.#judgePage(objects, page.epoch, (uid) => page.superseded(uid)),
      onEvent: (type, object, epoch) => this.#takeEvent(type, object, epoch),
      onSynced: (epoch) => this.#finishList(epoch),
      onState: (state) => this.#deps.onState(this, state),
    });
  }

  async stop(): Promise<void> {
    await this.#source?.stop();
    this.#source = undefined;
    await Promise.all(this.#detached);
  }

  /** Judges objects that a pass listed; those that the watch does not know, or knows better, are left to it. */
  async judgeListed(
    objects: readonly KubeObject[],
    filter: PolicyFilter,
    epoch: ContextEpoch,
    eventNumber: number,
  ): Promise<void> {
    await this.#judgeAll(objects, (object) => {
      const { uid } = object.metadata;
      const record = this.table.get(uid);
      const superseded = (): boolean => (this.table.get(uid)?.lastEvent ?? Infinity) > eventNumber;
      if (record === undefined || superseded()) return undefined;
      return { superseded, filter, epoch };
    });
  }

  /** Judges one object that was read by itself. */
  async judgeRead(object: KubeObject, eventNumber: number): Promise<void> {
    const { uid } = object.metadata;
    const superseded = (): boolean => (this.table.get(uid)?.lastEvent ?? Infinity) > eventNumber;
    const candidate = await this.candidate(object, superseded, true);
    await this.#deps.writer.write(candidate, "all", this.#deps.newEpoch());
  }

  async candidate(object: KubeObject, superseded: () => boolean, urgent: boolean): Promise<Candidate> {
    const found = this.#candidate(object, superseded, urgent);
    return found instanceof Promise ? await found : found;
  }

  async #judgePage(
    objects: readonly KubeObject[],
    epoch: number,
    overtaken: (uid: string) => boolean,
  ): Promise<void> {
    const pageEpoch = this.#pageEpoch ?? this.#deps.newEpoch();
    await this.#judgeAll(objects, (object) => {
      const { uid } = object.metadata;
      if (overtaken(uid)) return undefined;
      const record = this.#note(object, epoch, false);
      if (!this.#isNews(object, record)) return undefined;
      return { superseded: () => overtaken(uid), filter: "all", epoch: pageEpoch };
    });
  }

  async #judgeAll(
    objects: readonly KubeObject[],
    admit: (
      object: KubeObject,
    ) => { superseded: () => boolean; filter: PolicyFilter; epoch: ContextEpoch } | undefined,
  ): Promise<void> {
    const waiting: Promise<void>[] = [];
    for (const object of objects) {
      const cut = this.#deps.slice();
      if (cut !== undefined) await cut;
      const admitted = admit(object);
      if (admitted === undefined) continue;
      waiting.push(this.#judge(object, admitted.superseded, admitted.filter, admitted.epoch, false));
    }
    await Promise.all(waiting);
  }

  async #takeEvent(type: WatchEventType, object: KubeObject, epoch: number): Promise<void> {
    const { uid } = object.metadata;
    if (type === "DELETED") {
      this.table.remove(uid);
      this.#deps.ownerGone(uid);
      return;
    }
    const record = this.#note(object, epoch, true);
    if (!this.#isNews(object, record)) return;
    const number = record.lastEvent;
    const superseded = (): boolean => this.table.get(uid)?.lastEvent !== number;
    await this.#detach(this.#judge(object, superseded, "all", this.#deps.eventEpoch(), true));
  }

  /** An event that waits for external data holds up no other event, until too many wait. */
  async #detach(work: Promise<void>): Promise<void> {
    this.#detached.add(work);
    void work.finally(() => this.#detached.delete(work));
    if (this.#detached.size >= maxDetached) await Promise.race(this.#detached);
  }

  async #finishList(epoch: number): Promise<void> {
    for (const uid of this.table.sweep(epoch)) this.#deps.ownerGone(uid);
    this.#pageEpoch = undefined;
    this.#synced = true;
    await this.#deps.onSynced(this);
  }

  #note(object: KubeObject, epoch: number, event: boolean): ObjectRecord {
    const { uid, name } = object.metadata;
    return this.table.note(uid, { name, namespace: this.#namespaceOf(object) }, { epoch, event });
  }

  #isNews(object: KubeObject, record: ObjectRecord): boolean {
    const seen = this.#deps.seenHash(object, this.#readsStatus);
    if (record.seen === seen) return false;
    record.seen = seen;
    return true;
  }

  #namespaceOf(object: KubeObject): string {
    const { namespace } = object.metadata;
    return this.type.namespaced && typeof namespace === "string" ? namespace : "";
  }

  #candidate(object: KubeObject, superseded: () => boolean, urgent: boolean): Candidate | Promise<Candidate> {
    const namespace = this.#namespaceOf(object);
    const { group, version, kind } = this.type;
    const build = (namespaceLabels: Subject["namespaceLabels"]): Candidate => ({
      object,
      type: this.type,
      subject: {
        object,
        gvk: { group, version, kind },
        namespace,
        ...(namespaceLabels === undefined ? {} : { namespaceLabels }),
      },
      policies: this.#policies,
      superseded,
      urgent,
    });
    const labels = namespace === "" ? undefined : this.#deps.namespaceLabels(namespace);
    return labels instanceof Promise ? labels.then(build) : build(labels);
  }

  async #judge(
    object: KubeObject,
    superseded: () => boolean,
    filter: PolicyFilter,
    epoch: ContextEpoch,
    urgent: boolean,
  ): Promise<void> {
    try {
      const candidate = this.#candidate(object, superseded, urgent);
      await this.#deps.writer.write(
        candidate instanceof Promise ? await candidate : candidate,
        filter,
        epoch,
      );
    } catch (error) {
      this.#deps.rejudge(object.metadata.uid, error);
    }
  }
}
