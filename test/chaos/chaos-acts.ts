import type { KubeObject } from "#api/meta/object-meta.ts";
import { ApiError } from "#kube/client/api-error.ts";
import { kinds } from "#test/faults/world/kinds.ts";
import type { ObjectPlace } from "#test/faults/world/persistent-client.ts";
import type { SeededRandom } from "#test/faults/seeded-random.ts";
import type { ChaosModel } from "./chaos-model.ts";
import type { ChaosAct, ChaosPace } from "./chaos-plan.ts";
import {
  annotationsOf,
  excludedName,
  groupLabel,
  policyBody,
  protectMarker,
  selects,
  ttlLabel,
} from "./chaos-text.ts";
import type { PolicyText } from "./chaos-text.ts";
import { policyPlace } from "./chaos-world.ts";
import type { ChaosWorld } from "./chaos-world.ts";

/** Groups whose objects are only ever added, so that what has to stay of them can be told at any moment. */
const growing = "g3";
/** The group that a limit holds: it has its objects from the beginning. */
const limited = "g4";
const openGroups = ["g0", "g1", "g2", "g3", "g5", "g6", "g7", "ttl"];
/** Whose policies delete at once. */
const hotGroups = ["g0", "g1", "g7"];

/** What the suite does to the cluster during a seed; the model hears of it first. */
export interface ChaosActor {
  begin(): Promise<void>;
  act(act: ChaosAct): Promise<void>;
  /** Policies that are there and run. */
  running(): readonly PolicyText[];
  clear(): Promise<void>;
}

export const createChaosActor = (deps: {
  readonly chaos: Pick<ChaosWorld, "world">;
  readonly model: ChaosModel;
  readonly random: SeededRandom;
  readonly seed: number;
  readonly namespaces: readonly string[];
  readonly policies: readonly PolicyText[];
  readonly pace: ChaosPace;
}): ChaosActor => {
  const { chaos, model, random, seed, namespaces, policies, pace } = deps;
  const { world } = chaos;
  let count = 0;
  const places = new Map<string, ObjectPlace>();
  const texts = new Map(policies.map((text) => [text.group, text]));

  const put = async (group: string, place: ObjectPlace, more: { readonly stale: boolean }): Promise<void> => {
    const isPlain = group === growing || group === limited;
    const labels =
      group === "ttl"
        ? { [ttlLabel]: random.pick(pace.ttlValues) }
        : { [groupLabel]: group, stale: isPlain || more.stale ? "yes" : "no" };
    const annotations = !isPlain && random.chance(0.1) ? { [protectMarker]: "never" } : {};
    const finalizers = !isPlain && random.chance(0.05) ? ["chaos.example.com/never"] : [];
    places.set(`${place.namespace}/${place.name}`, place);
    await world.ensure(place, { metadata: { labels, annotations, finalizers }, data: { key: "value" } });
  };

  const create = async (group: string, isStale = random.chance(0.7)): Promise<void> => {
    const name = `${random.chance(0.2) ? excludedName : "o-"}${seed}-${(count += 1)}`;
    const place = { type: kinds.configMap, namespace: random.pick(namespaces), name };
    await put(group, place, { stale: isStale });
  };

  const placeOf = ({ metadata }: KubeObject): ObjectPlace => ({
    type: kinds.configMap,
    namespace: String(metadata["namespace"]),
    name: metadata.name,
  });
  const groupOf = ({ metadata }: KubeObject): string => {
    const labels = (metadata["labels"] ?? {}) as Readonly<Record<string, string>>;
    return labels[ttlLabel] === undefined ? (labels[groupLabel] ?? "") : "ttl";
  };
  const pickObject = (
    isWanted: (group: string) => boolean,
    also: (object: KubeObject) => boolean = () => true,
  ): KubeObject | undefined => {
    const found = model
      .living()
      .filter((object) => object.metadata["deletionTimestamp"] === undefined && isWanted(groupOf(object)))
      .filter(also);
    return found.length === 0 ? undefined : random.pick(found);
  };
  const isFree = (group: string): boolean => group !== growing && group !== limited;

  const isDoomed = (object: KubeObject): boolean => {
    const text = model.current(groupOf(object));
    return text?.mode === "delete" && selects(text, object);
  };

  /** Only this very object: the operator may be faster. */
  const removeObject = async (object: KubeObject): Promise<void> => {
    model.ownDelete(object.metadata.uid);
    await world.remove(placeOf(object));
  };

  const writePolicy = async (text: PolicyText): Promise<void> => {
    const place = policyPlace(text, seed);
    texts.set(text.group, text);
    model.policy(text.group, text);
    const body = policyBody(text) as { readonly spec: object };
    const annotations = Object.fromEntries(
      Object.entries(annotationsOf(text)).filter(([, value]) => value !== null),
    );
    await world.replace(place, { metadata: { annotations }, spec: body.spec });
  };

  const editPolicy = async (): Promise<void> => {
    const text = texts.get(random.pick(["g0", "g1", "g2", "g7"]));
    if (text === undefined) return;
    const edited: PolicyText = random.pick([
      { ...text, mode: text.mode === "audit" ? "delete" : "audit" },
      { ...text, mode: "delete" },
      { ...text, excludes: !text.excludes },
      { ...text, ...pace.scheduleOf(text.kind, random) },
    ]);
    await writePolicy(edited);
  };

  const confirm = async (): Promise<void> => {
    const text = model.current(limited);
    if (text === undefined) return;
    const status = (await world.get(policyPlace(text, seed)))?.["status"];
    const held = (status as { readonly heldRun?: { readonly scheduledTime: string } } | undefined)?.heldRun;
    if (held !== undefined) await writePolicy({ ...text, confirm: held.scheduledTime });
  };

  const act = async (wanted: ChaosAct): Promise<void> => {
    const isHot = "isHot" in wanted && wanted.isHot;
    const object = (isHot ? pickObject(isFree, isDoomed) : undefined) ?? pickObject(isFree);
    switch (wanted.kind) {
      case "create":
        for (let index = 0; index < wanted.count; index += 1)
          await create(random.pick(wanted.isHot === true ? hotGroups : openGroups), wanted.isHot);
        return;
      case "relabel": {
        if (object === undefined) return;
        const { stale } = (object.metadata["labels"] ?? {}) as { readonly stale?: string };
        const labels = { stale: stale === "yes" ? "no" : "yes" };
        await world.merge(placeOf(object), { metadata: { labels } });
        return;
      }
      case "recreate":
        if (object === undefined) return;
        await removeObject(object);
        await put(groupOf(object), placeOf(object), { stale: random.chance(0.5) });
        return;
      case "mark object":
        if (object === undefined) return;
        await world.merge(placeOf(object), { metadata: { annotations: { [protectMarker]: "never" } } });
        return;
      case "remove object":
        if (object !== undefined) await removeObject(object);
        return;
      case "renew": {
        const mortal = pickObject((group) => group === "ttl");
        if (mortal === undefined) return;
        await world.merge(placeOf(mortal), { metadata: { labels: { [ttlLabel]: "7200s" } } });
        return;
      }
      case "edit policy":
        return editPolicy();
      case "remove policy": {
        const text = model.current(random.pick(["g0", "g5", "g7"]));
        if (text === undefined) return;
        model.policy(text.group, undefined);
        await world.remove(policyPlace(text, seed));
        return;
      }
      case "confirm":
        return confirm();
      case "mark namespace": {
        const name = namespaces.at(-1) ?? "";
        await world.merge(
          { type: kinds.namespace, name },
          { metadata: { annotations: { [protectMarker]: "never" } } },
        );
        model.markNamespace(name);
        return;
      }
      default:
        wanted satisfies never;
    }
  };

  return {
    act,
    running: () => [...texts.keys()].flatMap((group) => model.current(group) ?? []),
    async begin() {
      for (const name of namespaces) await world.ensure({ type: kinds.namespace, name }, {});
      for (const { group, namespace } of policies) {
        for (let index = 0; index < 5; index += 1) await create(group);
        if (group !== limited) continue;
        // More than the limit, in the one namespace that the policy may reach.
        for (let index = 0; index < 6; index += 1) {
          const place = {
            type: kinds.configMap,
            namespace: namespace ?? namespaces[0] ?? "",
            name: `l-${seed}-${index}`,
          };
          await put(limited, place, { stale: true });
        }
      }
      for (let index = 0; index < 6; index += 1) await create("ttl");
      for (const text of policies) await writePolicy(text);
    },
    async clear() {
      for (const text of texts.values()) {
        model.policy(text.group, undefined);
        await world.remove(policyPlace(text, seed));
      }
      for (const place of places.values()) {
        await world.merge(place, { metadata: { finalizers: null } }).catch((error: unknown) => {
          if (!(error instanceof ApiError)) throw error;
        });
        await world.remove(place);
      }
    },
  };
};
