import type { KubeObject } from "#api/meta/object-meta.ts";
import { groupLabel, markPrefix, protectMarker, selects, ttlLabel } from "./chaos-text.ts";
import type { PolicyText } from "./chaos-text.ts";

interface Version {
  readonly text: PolicyText;
  readonly fromMs: number;
  /** When another version, or nothing, came in its place. */
  untilMs: number;
}

interface Known {
  object: KubeObject;
  readonly createdMs: number;
}

export interface ModelClock {
  /** Of the cluster's wall clock. */
  readonly now: () => number;
  /** Never jumps. */
  readonly steadyMs: () => number;
}

interface Metadata {
  readonly uid: string;
  readonly name: string;
  readonly namespace: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly creationTimestamp: string;
  readonly deletionTimestamp?: string;
  readonly finalizers?: readonly string[];
}

const metadataOf = ({ metadata }: KubeObject): Metadata => metadata as unknown as Metadata;

/**
 * Knows what may be deleted, from what the suite itself did to the cluster: which policies there were and are, which
 * objects, which markers. Every deletion that the suite did not make is held against it.
 */
export class ChaosModel {
  readonly problems: string[] = [];
  deletions = 0;
  readonly #clock: ModelClock;
  /** How long after an edit the operator may not know of it yet. */
  readonly #overlapMs: number;
  readonly #versions = new Map<string, Version[]>();
  readonly #objects = new Map<string, Known>();
  readonly #own = new Set<string>();
  readonly #markedNamespaces = new Map<string, number>();
  readonly #deletedNames = new Map<string, number>();

  constructor(clock: ModelClock, overlapMs: number) {
    this.#clock = clock;
    this.#overlapMs = overlapMs;
  }

  /** The suite is about to write this version, or to delete the policy. */
  policy(group: string, text: PolicyText | undefined): void {
    const versions = this.#versions.get(group) ?? [];
    const nowMs = this.#clock.steadyMs();
    const last = versions.at(-1);
    if (last !== undefined) last.untilMs = Math.min(last.untilMs, nowMs);
    if (text !== undefined) versions.push({ text, fromMs: nowMs, untilMs: Number.POSITIVE_INFINITY });
    this.#versions.set(group, versions);
  }

  markNamespace(name: string): void {
    this.#markedNamespaces.set(name, this.#clock.steadyMs());
  }

  /** The suite is about to delete it. */
  ownDelete(uid: string): void {
    this.#own.add(uid);
  }

  /** The watch tells of an object that is there; one that is on its way out was deleted. */
  seen(object: KubeObject): void {
    const { uid, deletionTimestamp } = metadataOf(object);
    const known = this.#objects.get(uid);
    if (deletionTimestamp !== undefined) {
      if (known !== undefined && metadataOf(known.object).deletionTimestamp === undefined)
        this.#judge(object);
    }
    this.#objects.set(uid, { object, createdMs: known?.createdMs ?? this.#clock.steadyMs() });
  }

  /** The watch tells that it is gone, with its last state. */
  gone(object: KubeObject): void {
    const { uid } = metadataOf(object);
    const known = this.#objects.get(uid);
    if (known === undefined) return;
    if (metadataOf(known.object).deletionTimestamp === undefined) this.#judge(object);
    this.#objects.delete(uid);
  }

  /** The group's policy, or undefined where there is none now. */
  current(group: string): PolicyText | undefined {
    const last = this.#versions.get(group)?.at(-1);
    return last?.untilMs === Number.POSITIVE_INFINITY ? last.text : undefined;
  }

  living(): readonly KubeObject[] {
    return [...this.#objects.values()].map(({ object }) => object);
  }

  /** Objects that should be gone by now, as far as nothing stands in the way. */
  overdue(): readonly string[] {
    return this.living()
      .filter((object) => this.#shouldGo(object))
      .map((object) => this.#text(object));
  }

  #shouldGo(object: KubeObject): boolean {
    const { namespace, name, labels = {}, annotations = {}, deletionTimestamp } = metadataOf(object);
    if (deletionTimestamp !== undefined || this.#markedNamespaces.has(namespace)) return false;
    if (annotations[protectMarker] === "never") return false;
    const ttl = labels[ttlLabel];
    if (ttl !== undefined) return (ttlDueMs(object) ?? Number.POSITIVE_INFINITY) < this.#clock.now();
    const group = labels[groupLabel] ?? "";
    const text = this.current(group);
    if (text === undefined || text.mode !== "delete" || !selects(text, object)) return false;
    if (text.maxDeletions !== undefined && text.confirm === undefined) return false;
    // A name that comes back again and again is deleted less and less often.
    if ((this.#deletedNames.get(`${group}/${namespace}/${name}`) ?? 0) >= 5) return false;
    return text.keepLast === undefined || this.#newerThan(object) >= text.keepLast;
  }

  #judge(object: KubeObject): void {
    const { uid, namespace, name, labels = {} } = metadataOf(object);
    if (this.#own.has(uid)) return;
    this.deletions += 1;
    const place = `${labels[groupLabel] ?? ""}/${namespace}/${name}`;
    this.#deletedNames.set(place, (this.#deletedNames.get(place) ?? 0) + 1);
    const wrong = this.#wrongBecause(object);
    if (wrong !== undefined) this.problems.push(`wrong delete of ${this.#text(object)}: ${wrong}`);
  }

  #wrongBecause(object: KubeObject): string | undefined {
    const { namespace, labels = {}, annotations = {} } = metadataOf(object);
    if (annotations[protectMarker] === "never") return "it carries a marker";
    const markedMs = this.#markedNamespaces.get(namespace);
    const steadyMs = this.#clock.steadyMs();
    if (markedMs !== undefined && steadyMs - markedMs > this.#overlapMs)
      return "its namespace carries a marker";
    if (labels[ttlLabel] !== undefined) {
      const dueMs = ttlDueMs(object);
      if (dueMs === undefined) return "its time to live is none";
      return dueMs <= this.#clock.now() ? undefined : `it had ${dueMs - this.#clock.now()} ms to live`;
    }
    const versions = (this.#versions.get(labels[groupLabel] ?? "") ?? []).filter(
      ({ untilMs }) => steadyMs - untilMs <= this.#overlapMs,
    );
    if (versions.length === 0) return "it has no policy";
    const reasons = versions.map(({ text }) => this.#wrongBy(text, object));
    return reasons.includes(undefined) ? undefined : reasons.join(", or ");
  }

  #wrongBy(text: PolicyText, object: KubeObject): string | undefined {
    if (text.mode !== "delete") return `its policy is ${text.mode}`;
    if (!selects(text, object)) return "its policy does not select it";
    if (text.maxDeletions !== undefined && text.confirm === undefined) return "a limit stands in the way";
    if (text.keepLast !== undefined && this.#newerThan(object) < text.keepLast)
      return `it is one of the last ${text.keepLast}`;
    if (text.graceMs === 0) return undefined;
    const { annotations = {} } = metadataOf(object);
    const marks = Object.entries(annotations).filter(([key]) => key.startsWith(markPrefix));
    const dueMs = Date.parse(marks[0]?.[1] ?? "");
    if (Number.isNaN(dueMs)) return "it was never marked";
    return dueMs <= this.#clock.now() ? undefined : `its mark had ${dueMs - this.#clock.now()} ms to go`;
  }

  /** How many objects of its group and namespace are to stay rather than it. */
  #newerThan(object: KubeObject): number {
    const own = metadataOf(object);
    return this.living().filter((other) => {
      const { uid, namespace, labels = {}, creationTimestamp, deletionTimestamp } = metadataOf(other);
      if (uid === own.uid || namespace !== own.namespace || deletionTimestamp !== undefined) return false;
      if (labels[groupLabel] !== own.labels?.[groupLabel]) return false;
      return creationTimestamp === own.creationTimestamp
        ? uid < own.uid
        : creationTimestamp > own.creationTimestamp;
    }).length;
  }

  #text(object: KubeObject): string {
    const { namespace, name, labels, annotations } = metadataOf(object);
    const policy = this.current(labels?.[groupLabel] ?? "");
    return `${namespace}/${name} ${JSON.stringify({ labels, annotations, policy })}`;
  }
}

/** When an object goes by its label: whole seconds from its creation, or an instant; undefined for never. */
export const ttlDueMs = (object: KubeObject): number | undefined => {
  const { labels = {}, creationTimestamp } = metadataOf(object);
  const value = labels[ttlLabel] ?? "";
  const seconds = /^(\d{1,6})s$/.exec(value)?.[1];
  if (seconds !== undefined) return Date.parse(creationTimestamp) + Number(seconds) * 1000;
  const instant = /^(\d{4}-\d{2}-\d{2}T)(\d{2})(\d{2})(\d{2}Z)$/.exec(value);
  return instant === null ? undefined : Date.parse(`${instant[1]}${instant[2]}:${instant[3]}:${instant[4]}`);
};
