import assert from "node:assert/strict";
import type { KubeObject } from "#api/meta/object-meta.ts";
import type { ResourceType } from "#api/meta/resource-type.ts";
import { kinds } from "#test/faults/world/kinds.ts";
import type { ObjectPlace, PersistentClient } from "#test/faults/world/persistent-client.ts";
import { eventually } from "../scan/scan-cluster.ts";
import { places, secretType } from "./matrix-cluster.ts";
import type { MatrixCluster } from "./matrix-cluster.ts";

/** A downstream of a cell, as it is to be. */
export interface Expected {
  readonly name: string;
  /** The plain text under `data.value`. */
  readonly value: string;
}

/** How a policy of one column is made, and what it makes. */
export interface Mechanism {
  readonly column: string;
  readonly synchronize: boolean;
  readonly copies: boolean;
  readonly policyType: ResourceType;
  /** Names of what is copied; none for a mechanism that does not copy. */
  sources(cell: Cell): readonly string[];
  spec(cell: Cell, change: PolicyChange): object;
  /** What the policy makes for a trigger with this name and value. */
  expected(cell: Cell, trigger: string): readonly Expected[];
}

/** What a row wants to be different about a policy. */
export interface PolicyChange {
  readonly synchronize?: boolean;
  readonly existing?: boolean;
  readonly orphan?: boolean;
  readonly operations?: readonly string[];
  /** Behind the name of what is made. */
  readonly suffix?: string;
  /** Content that does not depend on triggers: `data.fixed`. */
  readonly fixed?: string;
  readonly namespace?: string;
  /** A rule that generates nothing for anybody, beside (or instead of) the one of the row. */
  readonly rules?: "with other" | "only other";
  /** The trigger is the source itself. */
  readonly triggersOnSource?: boolean;
  readonly serverSideApply?: boolean;
}

const encode = (text: string): string => Buffer.from(text).toString("base64");
const decode = (text: string): string => Buffer.from(text, "base64").toString();

/** The part of the world that belongs to one cell of the matrix, told apart by names and labels. */
export class Cell {
  readonly id: string;
  readonly mechanism: Mechanism;
  readonly world: PersistentClient;
  readonly cluster: MatrixCluster;
  /** What triggers and sources hold now. */
  value = "one";
  change: PolicyChange = {};
  readonly #uids = new Map<string, string>();
  readonly #values = new Map<string, string | undefined>();

  constructor(cluster: MatrixCluster, mechanism: Mechanism, id: string) {
    this.cluster = cluster;
    this.world = cluster.world;
    this.mechanism = mechanism;
    this.id = id;
  }

  get policyPlace(): ObjectPlace {
    const { policyType } = this.mechanism;
    return {
      type: policyType,
      name: this.id,
      ...(policyType.namespaced ? { namespace: places.triggers } : {}),
    };
  }

  get trigger(): string {
    return `${this.id}-t`;
  }

  triggerPlace(name = this.trigger): ObjectPlace {
    return { type: kinds.configMap, namespace: places.triggers, name };
  }

  sourcePlace(name: string): ObjectPlace {
    return { type: secretType, namespace: places.sources, name };
  }

  downstreamPlace(name: string): ObjectPlace {
    return { type: secretType, namespace: this.change.namespace ?? this.downstreamNamespace, name };
  }

  get downstreamNamespace(): string {
    return this.mechanism.policyType.namespaced ? places.triggers : places.downstreams;
  }

  /** Creates the policy, or changes it. */
  async policy(change: PolicyChange = {}): Promise<void> {
    this.change = { ...this.change, ...change };
    await this.world.replace(this.policyPlace, { spec: this.mechanism.spec(this, this.change) });
  }

  deletePolicy(): Promise<void> {
    return this.world.remove(this.policyPlace);
  }

  async createSources(): Promise<void> {
    for (const name of this.mechanism.sources(this)) await this.createSource(name);
  }

  createSource(name: string): Promise<void> {
    return this.world.ensure(this.sourcePlace(name), {
      metadata: { labels: { source: this.id } },
      data: { value: encode(this.value), extra: "eA==" },
    });
  }

  /** Gives every source another value. */
  async editSources(value: string): Promise<void> {
    this.value = value;
    for (const name of this.mechanism.sources(this))
      await this.world.merge(this.sourcePlace(name), { data: { value: encode(value), extra: null } });
  }

  async deleteSources(): Promise<void> {
    for (const name of this.mechanism.sources(this)) await this.world.remove(this.sourcePlace(name));
  }

  createTrigger(name = this.trigger, data: object = {}): Promise<void> {
    return this.world.ensure(this.triggerPlace(name), {
      metadata: { labels: { cell: this.id } },
      data: { on: "yes", value: this.value, ...data },
    });
  }

  async editTrigger(value: string): Promise<void> {
    if (!this.mechanism.copies) this.value = value;
    await this.world.merge(this.triggerPlace(), { data: { value, touched: value } });
  }

  /** From here on the trigger is not one any more. */
  async unmatchTrigger(): Promise<void> {
    await this.world.merge(this.triggerPlace(), { metadata: { labels: { cell: `${this.id}-not` } } });
  }

  async closePreconditions(): Promise<void> {
    await this.world.merge(this.triggerPlace(), { data: { on: "no" } });
  }

  deleteTrigger(): Promise<void> {
    return this.world.remove(this.triggerPlace());
  }

  /** Policy, sources and trigger, in that order, until everything is made. */
  async established(change: PolicyChange = {}): Promise<void> {
    await this.createSources();
    await this.policy(change);
    await this.cluster.barrier();
    await this.createTrigger();
    await this.settled();
  }

  /** Waits until everything is as it should be, and remembers which objects that are. */
  async settled(): Promise<void> {
    let last: string | undefined;
    try {
      await eventually("it is established", async () => {
        last = await this.whyNotMade();
        return last === undefined;
      });
    } catch (error) {
      throw new Error(`it was never established: ${last}`, { cause: error });
    }
    await this.remember();
  }

  /** Keeps uids and contents of the downstreams, to compare with later. */
  async remember(): Promise<void> {
    for (const { name } of this.expected()) {
      const object = await this.downstream(name);
      if (object === undefined) continue;
      this.#uids.set(name, object.metadata.uid);
      this.#values.set(name, valueOf(object));
    }
  }

  expected(trigger = this.trigger): readonly Expected[] {
    return this.mechanism.expected(this, trigger);
  }

  downstream(name: string): Promise<KubeObject | undefined> {
    return this.world.get(this.downstreamPlace(name));
  }

  /** Why the downstreams are not there with the content that they should have; undefined where they are. */
  async whyNotMade(trigger = this.trigger): Promise<string | undefined> {
    for (const { name, value } of this.expected(trigger)) {
      const object = await this.downstream(name);
      if (object === undefined) return `${name} is not there`;
      const found = valueOf(object);
      if (found !== value) return `${name} holds ${found} and not ${value}`;
      const labels = labelsOf(object);
      if (labels["app.kubernetes.io/managed-by"] !== "kyverno") return `${name} has no label of its maker`;
      if (labels["generate.kyverno.io/policy-name"] !== this.id)
        return `${name} is not labelled with its policy`;
    }
    return undefined;
  }

  /** The same, and they are the objects that were remembered. */
  async whyNotInPlace(): Promise<string | undefined> {
    const wrong = await this.whyNotMade();
    if (wrong !== undefined) return wrong;
    for (const { name } of this.expected()) {
      const object = await this.downstream(name);
      if (object?.metadata.uid !== this.#uids.get(name)) return `${name} was made anew`;
    }
    return undefined;
  }

  /** Why the downstreams are not what was remembered, content included. */
  async whyNotUntouched(): Promise<string | undefined> {
    assert.notEqual(this.#uids.size, 0);
    for (const [name, uid] of this.#uids) {
      const object = await this.downstream(name);
      if (object === undefined) return `${name} is gone`;
      if (object.metadata.uid !== uid) return `${name} was made anew`;
      if (valueOf(object) !== this.#values.get(name)) return `${name} was changed to ${valueOf(object)}`;
    }
    return undefined;
  }

  async whyNotGone(): Promise<string | undefined> {
    for (const { name } of this.expected()) {
      if ((await this.downstream(name)) !== undefined) return `${name} is there`;
    }
    return undefined;
  }

  async editDownstreams(value: string): Promise<void> {
    for (const { name } of this.expected())
      await this.world.merge(this.downstreamPlace(name), { data: { value: encode(value) } });
  }

  async deleteDownstreams(): Promise<void> {
    for (const { name } of this.expected()) await this.world.remove(this.downstreamPlace(name));
  }
}

export const valueOf = (object: KubeObject): string | undefined => {
  const { value } = (object["data"] ?? {}) as { readonly value?: string };
  return value === undefined ? undefined : decode(value);
};

export const labelsOf = (object: KubeObject | undefined): Readonly<Record<string, string>> =>
  (object?.metadata["labels"] ?? {}) as Readonly<Record<string, string>>;

export const encoded = encode;
