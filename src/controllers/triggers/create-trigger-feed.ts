import type { KubeObject } from "#api/meta/object-meta.ts";
import { apiVersionOf, resourceTypeKey } from "#api/meta/resource-type.ts";
import type { ResourceType } from "#api/meta/resource-type.ts";
import { planWantedKinds } from "#controllers/runtime/wanted-kinds.ts";
import { isNotFound } from "#kube/client/api-error.ts";
import { isOlder } from "#kube/list-watch/resource-version.ts";
import type { Source } from "#kube/list-watch/source.ts";
import { createCheckpointWriter } from "./checkpoint-writer.ts";
import type { Checkpoint } from "./checkpoint.ts";
import { createConsumerQueue } from "./consumer-queue.ts";
import type { ConsumerQueue } from "./consumer-queue.ts";
import { requestedType } from "./find-requested.ts";
import { createKindWatch } from "./kind-watch.ts";
import type { Change, KindWatch } from "./kind-watch.ts";
import { assumedOperation, entryFor, nameOnly } from "./make-entry.ts";
import { createNamespaceWatch } from "./namespace-watch.ts";
import { createOldObjects } from "./old-objects.ts";
import type { OldObjects } from "./old-objects.ts";
import { createOwnWrites } from "./own-writes.ts";
import { createPasses } from "./passes.ts";
import type { PassRequest, Passes } from "./passes.ts";
import { createRoom } from "./room.ts";
import { submitRequest } from "./submit-request.ts";
import type { Held } from "./trigger-entry.ts";
import { kindSubject, namespaceSubject } from "./trigger-event.ts";
import type { TriggerConsumer, TriggerConsumerOptions, TriggerFeed, TriggerPlace } from "./trigger-feed.ts";
import type { TriggerCandidate, TriggerRule } from "./trigger-rule.ts";
import type { TriggerWorld } from "./trigger-world.ts";

/** A rule with the consumer that it belongs to. */
interface AttachedRule {
  readonly rule: TriggerRule;
  readonly consumer: Attached;
}

interface Attached {
  readonly name: string;
  readonly options: TriggerConsumerOptions<TriggerRule>;
  readonly queue: ConsumerQueue<TriggerRule>;
  rules: ReadonlyMap<string, TriggerRule>;
  /** False until it has said what its rules are. */
  isKnown: boolean;
}

interface WatchedKind {
  readonly type: ResourceType;
  readonly watch: KindWatch;
  readonly source: Source;
  readonly passes: Passes;
  rules: ReadonlyMap<string, AttachedRule>;
  /** Rules, by key and content, that were told what was created before the kind was watched for them. */
  readonly caughtUp: Set<string>;
  degraded: string | undefined;
}

export interface CreatedFeed extends TriggerFeed {
  readings(): {
    readonly oldObjects: ReturnType<OldObjects["readings"]>;
    readonly kinds: readonly {
      readonly type: ResourceType;
      readonly triggers: number;
      readonly degraded: boolean;
    }[];
    readonly failing: number;
  };
}

const contentKey = ({ key, content }: TriggerRule): string => `${key}\n${content}`;
/** So many triggers are read one by one rather than in pages of their kind. */
const maxSingleReads = 10;

/** Reads the checkpoint and starts to watch Namespaces; other kinds are watched as rules want them. */
export async function createTriggerFeed(world: TriggerWorld): Promise<CreatedFeed> {
  const { clock, log, limits } = world;
  const ending = new AbortController();
  const signal = AbortSignal.any([world.signal, ending.signal]);
  const stored = await world.checkpoints.load();
  const before = stored?.checkpoint;
  const ownWrites = createOwnWrites();
  const oldObjects = createOldObjects(limits.maxOldObjectBytes);
  const room = createRoom(limits.maxHeldObjects, signal);
  const consumers: Attached[] = [];
  const kinds = new Map<string, WatchedKind>();
  const closing: Promise<void>[] = [];
  const existingDone = new Map<string, string>(Object.entries(before?.existing ?? {}));
  /** Failing triggers of the process before, until their rules are known. */
  let left = before?.failing ?? [];

  const wake = (subject: string): void => {
    for (const { queue } of consumers) queue.wake(subject);
  };
  const namespaces = createNamespaceWatch((name) => wake(namespaceSubject(name)));
  const namespaceType = world
    .types()
    .find(({ group, kind, preferred }) => group === "" && kind === "Namespace" && preferred);
  const namespaceSource =
    namespaceType === undefined
      ? undefined
      : world.openSource({ type: namespaceType, metadataOnly: true }, namespaces.handlers);

  const read = async ({ type, namespace, name, uid }: TriggerPlace): Promise<KubeObject | undefined> => {
    try {
      const object = await world.client.get(type, { name, ...(namespace === "" ? {} : { namespace }) });
      return uid === "" || object.metadata.uid === uid ? object : undefined;
    } catch (error) {
      if (!isNotFound(error)) throw error;
      return undefined;
    }
  };

  const candidateOf = (place: TriggerPlace, object: KubeObject) => {
    const namespaceLabels = namespaces.labelsOf(place.namespace);
    return {
      type: place.type,
      object,
      namespace: place.namespace,
      ...(namespaceLabels === undefined ? {} : { namespaceLabels }),
    };
  };

  const concerns = ({ rule, consumer }: AttachedRule, change: Change, takes: boolean): boolean => {
    const { operation, place } = change;
    // What is being handled may just be making something: a change that ends it must not be lost.
    const isMade =
      consumer.queue.appliedTo(rule.key, place.uid) === true ||
      consumer.queue.isUnderWay(rule.key, place.uid) ||
      rule.hasMade?.(place.uid) === true;
    if (operation === "DELETE") return takes || isMade;
    return rule.operations.has(operation) && (takes || isMade);
  };

  const deliver = async (
    kind: WatchedKind,
    change: Change,
    token: Held & { hold(): void },
  ): Promise<void> => {
    const { place, object, operation } = change;
    const candidate = candidateOf(place, object);
    const isFiltered = operation !== "DELETE" && world.isFiltered(place);
    let keepsOld = false;
    for (const attached of kind.rules.values()) {
      const { rule, consumer } = attached;
      if (isFiltered || !isKnownBefore(rule, change)) continue;
      const takes = change.isKnownByNameOnly || mayTake(rule, candidate);
      keepsOld ||= rule.needsOldObject && takes;
      if ((change.isOwn && rule.skipsOwnWrites) || !concerns(attached, change, takes)) continue;
      const oldObject =
        rule.needsOldObject && operation === "UPDATE" ? oldObjects.find(place.uid) : undefined;
      const wait = room.wait();
      if (wait !== undefined) await wait;
      token.hold();
      consumer.queue.add(
        entryFor(rule, place, {
          cause: change.cause,
          operation,
          object,
          isKnownByNameOnly: change.isKnownByNameOnly,
          ...(oldObject === undefined ? {} : { oldObject }),
          held: [token],
        }),
      );
    }
    if (operation === "DELETE") oldObjects.forget(place.uid);
    else if (keepsOld) oldObjects.keep(object);
  };

  /** What happened while nobody watched concerns rules that were in force then; the others ask for what was created since. */
  const isKnownBefore = (rule: TriggerRule, change: Change): boolean =>
    change.cause !== "recovered" ||
    change.isKnownByNameOnly ||
    (before !== undefined && Object.hasOwn(before.rules, rule.key));

  /** What was created after the policy was, but before the kind was watched for it. */
  const catchUp = (kind: WatchedKind): void => {
    if (!kind.watch.isSynced()) return;
    for (const { rule, consumer } of kind.rules.values()) {
      if (kind.caughtUp.has(contentKey(rule))) continue;
      kind.caughtUp.add(contentKey(rule));
      const since = sinceOf(rule, kind);
      if (!rule.operations.has("CREATE") || since === undefined) continue;
      for (const place of kind.watch.createdSince(since)) {
        if (world.isFiltered(place) || consumer.queue.appliedTo(rule.key, place.uid) !== undefined) continue;
        if (rule.hasMade?.(place.uid) === true) continue;
        void enqueueIfTaken({ rule, consumer }, place);
      }
    }
  };

  const enqueueIfTaken = async ({ rule, consumer }: AttachedRule, place: TriggerPlace): Promise<void> => {
    try {
      const object = await read(place);
      if (object === undefined || !mayTake(rule, candidateOf(place, object))) return;
      if (isOlder(object.metadata.resourceVersion, rule.sinceVersion ?? "") === true) return;
      if (rule.skipsOwnWrites && (await ownWrites.isOwn(place.type, object))) return;
      consumer.queue.add(entryFor(rule, place, { cause: "recovered", operation: "CREATE", object }));
    } catch (error) {
      if (signal.aborted) return;
      log.debug("a new object cannot be read, trying again", { error });
      consumer.queue.add(entryFor(rule, place, { cause: "recovered", operation: "CREATE" }));
    }
  };

  /** Rules that were there when this process, the first one ever, began: what existed then was created before them. */
  const fromTheStart = new Set<string>();
  const startedAt = `${new Date(clock.now()).toISOString().slice(0, 19)}Z`;
  /** From when on objects are creations for a rule although nobody saw them come; undefined: all others were seen. */
  const sinceOf = (rule: TriggerRule, kind: WatchedKind): string | undefined => {
    if (fromTheStart.has(contentKey(rule))) return rule.since > startedAt ? rule.since : startedAt;
    // The versions of the checkpoint told already.
    const wasWatched = before?.kinds[resourceTypeKey(kind.type)] !== undefined;
    return wasWatched && before.rules[rule.key] === rule.content ? undefined : rule.since;
  };

  const openKind = (key: string, type: ResourceType): WatchedKind => {
    const watch = createKindWatch({
      type,
      hash: world.hash,
      ownWrites,
      start: before?.kinds[key],
      startedFrom: stored?.writtenAt,
      onChange: (change, token) => {
        const kind = kinds.get(key);
        return kind === undefined ? undefined : deliver(kind, change, token);
      },
      onSynced: () => {
        const kind = kinds.get(key);
        if (kind === undefined) return;
        catchUp(kind);
        checkpoints.soon();
      },
      onState: (state) => {
        const kind = kinds.get(key);
        if (kind === undefined) return;
        const reason = state.kind === "degraded" ? state.reason : undefined;
        if (reason === kind.degraded) return;
        kind.degraded = reason;
        for (const { rule } of kind.rules.values()) tellBlocked(rule);
      },
    });
    const passes = createPasses(type, {
      list: world.list,
      namespaceOf: (ruleKey) => kinds.get(key)?.rules.get(ruleKey)?.rule.policy.namespace,
      onObject: (request, object) => takePassed(key, request, object),
      clock,
      log,
      signal,
    });
    // The handlers look the kind up, so that they see it only once it is complete.
    return {
      type,
      watch,
      passes,
      source: world.openSource({ type }, watch.handlers),
      rules: new Map(),
      caughtUp: new Set(),
      degraded: undefined,
    };
  };

  const takePassed = async (key: string, request: PassRequest, object: KubeObject): Promise<void> => {
    const kind = kinds.get(key);
    const attached = kind?.rules.get(request.ruleKey);
    if (kind === undefined || attached === undefined) return;
    const { rule, consumer } = attached;
    const { metadata } = object;
    if (metadata["deletionTimestamp"] !== undefined) return;
    const namespace = typeof metadata["namespace"] === "string" ? metadata["namespace"] : "";
    const place = { type: kind.type, namespace, name: metadata.name, uid: metadata.uid };
    if (world.isFiltered(place) || (request.uids === "all" && !mayTake(rule, candidateOf(place, object))))
      return;
    const wait = room.wait();
    if (wait !== undefined) await wait;
    const operation = assumedOperation(rule, request.cause);
    consumer.queue.add(
      entryFor(rule, place, { cause: request.cause, operation, object, held: holdAll(request) }),
      {
        isUrgent: request.cause !== "existing",
      },
    );
  };

  const tellBlocked = (rule: TriggerRule): void => {
    const attached = consumers.find(({ rules }) => rules.has(rule.key));
    const reasons = [...kinds.values()].flatMap(({ type, rules, degraded }) =>
      degraded !== undefined && rules.has(rule.key) ? [{ type, reason: degraded }] : [],
    );
    attached?.options.observer.blocked(rule, reasons);
  };

  /** Opens and closes watches so that they are those that rules want. */
  const plan = (): void => {
    const users = consumers.flatMap(({ rules }) =>
      [...rules.values()].map((rule) => ({
        key: rule.key,
        namespaced: rule.policy.namespace !== undefined,
        selectors: rule.selections.map(({ selector }) => selector),
      })),
    );
    const attached = new Map<string, AttachedRule>();
    for (const consumer of consumers) {
      for (const rule of consumer.rules.values()) attached.set(rule.key, { rule, consumer });
    }
    const wanted = planWantedKinds(users, world.types()).kinds;
    for (const [key, kind] of kinds) {
      if (wanted.has(key)) continue;
      kinds.delete(key);
      closing.push(kind.source.stop());
    }
    for (const [key, { type, policies }] of wanted) {
      const isNew = !kinds.has(key);
      const kind = kinds.get(key) ?? openKind(key, type);
      kinds.set(key, kind);
      kind.rules = new Map(
        [...policies].flatMap((ruleKey) => {
          const found = attached.get(ruleKey);
          return found === undefined ? [] : [[ruleKey, found] as const];
        }),
      );
      const contents = new Set([...kind.rules.values()].map(({ rule }) => contentKey(rule)));
      for (const known of kind.caughtUp) if (!contents.has(known)) kind.caughtUp.delete(known);
      if (isNew) wake(kindSubject(apiVersionOf(type), type.kind));
      catchUp(kind);
    }
  };

  /** Existing triggers of rules that take them, where that was not done for this content. */
  const takeExisting = (consumer: Attached): void => {
    for (const rule of consumer.rules.values()) {
      if (!rule.takesExisting || existingDone.get(rule.key) === rule.content) continue;
      const concerned = [...kinds.values()].filter((kind) => kind.rules.has(rule.key));
      // Kinds that are served later are not existing ones.
      if (concerned.length === 0) continue;
      existingDone.set(rule.key, rule.content);
      pendingExisting.set(rule.key, rule.content);
      const held = countDown(concerned.length, () => {
        if (pendingExisting.get(rule.key) !== rule.content) return;
        pendingExisting.delete(rule.key);
        consumer.options.observer.existingTaken(rule);
        checkpoints.soon();
      });
      for (const kind of concerned) {
        kind.passes.request({ ruleKey: rule.key, uids: "all", cause: "existing", held: [held] });
      }
    }
  };
  /** Passes that have not ended: a checkpoint must not say that they have. */
  const pendingExisting = new Map<string, string>();

  const takeLeft = (consumer: Attached): void => {
    left = left.filter((failing) => {
      const rule = consumer.rules.get(failing.rule);
      if (rule === undefined) return true;
      const type = requestedType(failing, world.types());
      if (type === undefined) return false;
      const { namespace, name, uid, operation } = failing;
      const place = { type, namespace, name, uid };
      const gone = operation === "DELETE" ? { object: nameOnly(place), isKnownByNameOnly: true } : {};
      consumer.queue.add(entryFor(rule, place, { cause: "recovered", operation, ...gone }));
      return false;
    });
  };

  const revisit = (consumer: Attached, ruleKey: string, uids: ReadonlySet<string> | "all"): void => {
    const rule = consumer.rules.get(ruleKey);
    if (rule === undefined) return;
    const concerned = [...kinds.values()].filter((kind) => kind.rules.has(ruleKey));
    if (uids !== "all" && uids.size <= maxSingleReads) {
      const operation = assumedOperation(rule, "revisit");
      for (const uid of uids) {
        const place = concerned.map(({ watch }) => watch.find(uid)).find((found) => found !== undefined);
        if (place !== undefined) {
          consumer.queue.add(entryFor(rule, place, { cause: "revisit", operation }));
        }
      }
      return;
    }
    for (const kind of concerned) kind.passes.request({ ruleKey, uids, cause: "revisit", held: [] });
  };

  const checkpointNow = (): Omit<Checkpoint, "cluster"> => {
    const positions = [...kinds].flatMap(([key, { watch }]) => {
      const position = watch.progress.position();
      return position === undefined ? [] : [[key, position] as const];
    });
    const rules = consumers.flatMap((consumer) => [...consumer.rules.values()]);
    const failing = consumers.flatMap(({ queue }) => queue.failing());
    const done = rules.filter(
      ({ key, content }) => existingDone.get(key) === content && !pendingExisting.has(key),
    );
    return {
      kinds: Object.fromEntries(positions),
      rules: Object.fromEntries(rules.map(({ key, content }) => [key, content])),
      existing: Object.fromEntries(done.map(({ key, content }) => [key, content])),
      failing: [...failing, ...left].slice(0, limits.maxFailing),
      notes: Object.fromEntries(
        consumers.flatMap(({ name, options }) => {
          const notes = options.notes?.();
          return notes === undefined ? [] : [[name, notes] as const];
        }),
      ),
    };
  };
  const isReady = (): boolean => consumers.length > 0 && consumers.every(({ isKnown }) => isKnown);
  const checkpoints = createCheckpointWriter({
    store: world.checkpoints,
    // Before the rules are known there is nothing to say, and what the process before said still counts.
    current: () => (isReady() || before === undefined ? checkpointNow() : withoutCluster(before)),
    intervalMs: limits.checkpointMs,
    clock,
    log,
  });

  return {
    namespaces,
    ownWrites,
    attach<Rule extends TriggerRule>(options: TriggerConsumerOptions<Rule>): TriggerConsumer<Rule> {
      const queue = createConsumerQueue(options, {
        read,
        namespaceLabels: (namespace) => namespaces.labelsOf(namespace),
        room,
        clock,
        random: world.random,
        log,
        signal,
      });
      // Rules come back to the consumer that gave them, and to no other.
      const consumer: Attached = {
        name: options.name,
        options: options as unknown as TriggerConsumerOptions<TriggerRule>,
        queue,
        rules: new Map(),
        isKnown: false,
      };
      consumers.push(consumer);
      return {
        previousNotes: before?.notes[options.name],
        setRules(rules) {
          const next = new Map(rules.map((rule) => [rule.key, rule]));
          for (const [key, rule] of consumer.rules) {
            const after = next.get(key);
            if (after !== undefined && after.content !== rule.content) consumer.queue.replaceRule(after);
            if (after !== undefined) continue;
            consumer.queue.forgetRule(key);
            existingDone.delete(key);
            pendingExisting.delete(key);
            for (const { passes } of kinds.values()) passes.forgetRule(key);
          }
          if (before === undefined && !consumer.isKnown) {
            for (const rule of rules) fromTheStart.add(contentKey(rule));
          }
          consumer.isKnown = true;
          consumer.rules = next;
          plan();
          takeExisting(consumer);
          takeLeft(consumer);
          checkpoints.soon();
        },
        revisit: (ruleKey, uids) => revisit(consumer, ruleKey, uids),
        submit: (request) =>
          submitRequest(consumer.rules.get(request.ruleKey), request, world, (entry) =>
            consumer.queue.add(entry),
          ),
        wake: (subject) => queue.wake(subject),
        readings: () => queue.readings(),
      };
    },
    isKnown: (type) => kinds.get(resourceTypeKey(type))?.watch.isSynced() === true,
    find: (type, uid) => kinds.get(resourceTypeKey(type))?.watch.find(uid),
    typesChanged() {
      plan();
      for (const consumer of consumers) takeExisting(consumer);
    },
    noted: () => checkpoints.soon(),
    readings: () => ({
      oldObjects: oldObjects.readings(),
      kinds: [...kinds.values()].map(({ type, watch, degraded }) => ({
        type,
        triggers: watch.size,
        degraded: degraded !== undefined,
      })),
      failing: consumers.reduce((sum, { queue }) => sum + queue.failing().length, 0),
    }),
    async stop() {
      ending.abort();
      await Promise.all([namespaceSource?.stop(), ...[...kinds.values()].map(({ source }) => source.stop())]);
      await Promise.all([...closing, ...[...kinds.values()].map(({ passes }) => passes.idle())]);
      await Promise.all(consumers.map(({ queue }) => queue.stop()));
      await checkpoints.stop();
    },
  };
}

/** A rule that trips over an object is asked about it all the same: its handler tells what is wrong. */
function mayTake(rule: TriggerRule, candidate: TriggerCandidate): boolean {
  try {
    return rule.mayTake(candidate);
  } catch {
    return true;
  }
}

function withoutCluster({ cluster: _cluster, ...rest }: Checkpoint): Omit<Checkpoint, "cluster"> {
  return rest;
}

/** Every entry of a pass keeps the pass from having ended. */
function holdAll(request: PassRequest): readonly Held[] {
  return request.held.flatMap((one) => {
    if (!("hold" in one) || typeof one.hold !== "function") return [];
    one.hold();
    return [one];
  });
}

function countDown(count: number, onEnd: () => void): Held & { hold(): void } {
  let open = count;
  return {
    hold: () => {
      open += 1;
    },
    release: () => {
      open -= 1;
      if (open === 0) onEnd();
    },
  };
}
