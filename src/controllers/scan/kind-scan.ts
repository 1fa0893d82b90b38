import type { KubeObject } from "#api/meta/object-meta.ts";
import type { ResourceType } from "#api/meta/resource-type.ts";
import type { Source, SourceHandlers, SourceState, WatchEventType } from "#kube/list-watch/source.ts";
import type { ContextEpoch } from "./context-epoch.ts";
import type { Subject } from "./judge.ts";
import { ObjectTable } from "./object-table.ts";
import type { PolicyFilter } from "./pass-request.ts";
import type { ScanPolicy } from "./scan-policy.ts";
import type { Candidate, VerdictWriter } from "./verdict-writer.ts";

type Labels = Subject["namespaceLabels"];

export interface KindScanDeps {
  readonly openSource: (type: ResourceType, handlers: SourceHandlers) => Source;
  readonly writer: VerdictWriter;
  /** Whether a verdict of the policy may depend on the object's status. */
  readonly readsStatus: (policy: ScanPolicy) => boolean;
  readonly seenHash: (object: KubeObject, withStatus: boolean) => string;
  readonly namespaces: {
    /** Labels of a namespace, read once where they are not known yet. */
    of(namespace: string): Promise<Labels> | Labels;
    /** What is known of them now. */
    peek(namespace: string): Labels;
  };
  /** Grows when data that is watched for policies changed. */
  readonly inputVersion: () => number;
  /** True for objects that settings, or our own nature, keep from being judged. */
  readonly isLeftOut: (type: ResourceType, object: KubeObject) => boolean;
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
  /** Ends everything, as `stop` does. */
  readonly signal: AbortSignal;
}

/** What an object is judged for. */
interface Occasion {
  readonly filter: PolicyFilter;
  readonly epoch: ContextEpoch;
  readonly superseded: () => boolean;
  readonly urgent: boolean;
}

/** Events of one kind that may be on their way to their reports at a time. */
const maxDetached = 64;
/** How often in a row an object is judged again at once because its policies or other inputs changed meanwhile. */
const maxAttempts = 10;

const noPolicies: ReadonlyMap<string, ScanPolicy> = new Map();

function isSame(a: ReadonlyMap<string, ScanPolicy>, b: ReadonlyMap<string, ScanPolicy>): boolean {
  return a.size === b.size && [...a].every(([key, policy]) => b.get(key) === policy);
}

/**
 * Everything about one served kind: its objects as they are listed and watched, each judged when it changed. Lists and
 * passes of a kind never overrule what the watch told since they were asked for.
 */
export class KindScan {
  readonly type: ResourceType;
  readonly table = new ObjectTable();
  /** Aborts when the kind is not judged any more: then nothing of it is written. */
  readonly signal: AbortSignal;
  readonly #deps: KindScanDeps;
  readonly #stopping = new AbortController();
  #policies: ReadonlyMap<string, ScanPolicy>;
  #readsStatus = false;
  #source: Source | undefined;
  #synced = false;
  #pageEpoch: ContextEpoch | undefined;
  readonly #detached = new Set<Promise<void>>();

  constructor(type: ResourceType, policies: ReadonlyMap<string, ScanPolicy>, deps: KindScanDeps) {
    this.type = type;
    this.signal = AbortSignal.any([deps.signal, this.#stopping.signal]);
    this.#deps = deps;
    this.#policies = policies;
    this.noteReaders();
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
    // The same map means that what is being judged now is judged by the right policies.
    if (isSame(this.#policies, policies)) return;
    this.#policies = policies;
    this.noteReaders();
  }

  /** What policies read of an object changed, although they did not: exceptions came or went. */
  noteReaders(): void {
    this.#readsStatus = [...this.#policies.values()].some((policy) => this.#deps.readsStatus(policy));
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

  /** Ends list and watch. What is being judged is given up; what is being handed over is awaited. */
  async stop(): Promise<void> {
    this.#stopping.abort(new Error(`${this.type.resource} are not judged any more`));
    await this.#source?.stop();
    this.#source = undefined;
    await Promise.all(this.#detached);
  }

  /**
   * Judges objects of a list that began after change number `since`; those that the watch does not know, or knows
   * better, are left to it.
   */
  async judgeListed(
    objects: readonly KubeObject[],
    filter: PolicyFilter,
    epoch: ContextEpoch,
    since: number,
  ): Promise<void> {
    await this.#judgeAll(objects, ({ metadata: { uid } }) => {
      const superseded = (): boolean => this.table.changedSince(uid, since);
      return superseded() ? undefined : { filter, epoch, superseded, urgent: false };
    });
  }

  /** Judges one object that was read by itself after change number `since`. Rejects where that failed. */
  async judgeRead(object: KubeObject, since: number): Promise<void> {
    const superseded = (): boolean => this.table.changedSince(object.metadata.uid, since);
    await this.#write(object, { filter: "all", epoch: this.#deps.newEpoch(), superseded, urgent: true });
  }

  async candidate(
    object: KubeObject,
    { superseded, urgent }: Pick<Occasion, "superseded" | "urgent">,
  ): Promise<Candidate> {
    const { namespaces, inputVersion, isLeftOut } = this.#deps;
    const { group, version, kind, resource } = this.type;
    const namespace = this.#namespaceOf(object);
    const known = namespace === "" ? undefined : namespaces.of(namespace);
    const namespaceLabels = known instanceof Promise ? await known : known;
    const policies = this.#policies;
    const inputs = inputVersion();
    return {
      object,
      type: this.type,
      subject: {
        object,
        gvk: { group, version, kind, resource },
        namespace,
        ...(namespaceLabels === undefined ? {} : { namespaceLabels }),
      },
      policies: isLeftOut(this.type, object) ? noPolicies : policies,
      superseded: () => this.signal.aborted || superseded(),
      outdated: () =>
        policies !== this.#policies ||
        inputs !== inputVersion() ||
        (namespace !== "" && namespaceLabels !== namespaces.peek(namespace)),
      urgent,
      signal: this.signal,
    };
  }

  async #judgePage(
    objects: readonly KubeObject[],
    epoch: number,
    overtaken: (uid: string) => boolean,
  ): Promise<void> {
    const pageEpoch = this.#pageEpoch ?? this.#deps.newEpoch();
    await this.#judgeAll(objects, (object) => {
      if (overtaken(object.metadata.uid)) return undefined;
      const superseded = this.#noteNews(object, epoch);
      return superseded && { filter: "all", epoch: pageEpoch, superseded, urgent: false };
    });
  }

  async #judgeAll(
    objects: readonly KubeObject[],
    admit: (object: KubeObject) => Occasion | undefined,
  ): Promise<void> {
    const waiting: Promise<void>[] = [];
    for (const object of objects) {
      const cut = this.#deps.slice();
      if (cut !== undefined) await cut;
      if (this.signal.aborted) break;
      const occasion = admit(object);
      if (occasion !== undefined) waiting.push(this.#judge(object, occasion));
    }
    await Promise.all(waiting);
  }

  async #takeEvent(type: WatchEventType, object: KubeObject, epoch: number): Promise<void> {
    if (this.signal.aborted) return;
    const { uid } = object.metadata;
    if (type === "DELETED") {
      this.table.remove(uid);
      this.#deps.ownerGone(uid);
      return;
    }
    const superseded = this.#noteNews(object, epoch);
    if (superseded === undefined) return;
    const cut = this.#deps.slice();
    if (cut !== undefined) await cut;
    const occasion: Occasion = { filter: "all", epoch: this.#deps.eventEpoch(), superseded, urgent: true };
    await this.#detach(this.#judge(object, occasion));
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

  /** Notes an object; where policies see something new, gives how to tell that it was overtaken. */
  #noteNews(object: KubeObject, epoch: number): (() => boolean) | undefined {
    const { uid, name } = object.metadata;
    const record = this.table.note(uid, { name, namespace: this.#namespaceOf(object) }, epoch);
    const change = this.table.noteSeen(record, this.#deps.seenHash(object, this.#readsStatus));
    return change === undefined ? undefined : () => this.table.changedSince(uid, change);
  }

  #namespaceOf(object: KubeObject): string {
    const { namespace } = object.metadata;
    return this.type.namespaced && typeof namespace === "string" ? namespace : "";
  }

  async #judge(object: KubeObject, occasion: Occasion): Promise<void> {
    try {
      await this.#write(object, occasion);
    } catch (error) {
      if (!this.signal.aborted) this.#deps.rejudge(object.metadata.uid, error);
    }
  }

  async #write(object: KubeObject, occasion: Occasion): Promise<void> {
    let { filter } = occasion;
    for (let attempt = 0; attempt < maxAttempts; attempt += 1) {
      const candidate = await this.candidate(object, occasion);
      if (await this.#deps.writer.write(candidate, filter, occasion.epoch)) return;
      filter = "all";
    }
    throw new Error("policies changed again and again while it was judged");
  }
}
