import { kinds } from "../world/kinds.ts";
import type { PersistentClient } from "../world/persistent-client.ts";
import type { SeededRandom } from "../seeded-random.ts";
import type { Model, TriggerState } from "./model.ts";
import { encode, outputs, places, sourcePlace, stamperPlace, triggerPlace } from "./policies.ts";

/** What the story of a seed is made with. */
export interface ActWorld {
  readonly client: PersistentClient;
  readonly model: Model;
  readonly random: SeededRandom;
  /** Told of each thing that is done. */
  readonly tell: (what: string) => void;
}

/** Objects that follow from one trigger. */
const perTrigger = 4;
export const targetNames = Array.from({ length: 20 }, (_, index) => `target-${index}`);

const bodyOf = ({ role, value, namespace, matches }: TriggerState): object => ({
  metadata: { labels: { role: matches ? role : "nothing" } },
  data: { value, encoded: encode(value), ns: namespace },
});

export const createTrigger = async (
  { client, model }: ActWorld,
  name: string,
  state: Pick<TriggerState, "value"> & Partial<TriggerState>,
): Promise<void> => {
  const namespace = state.namespace ?? outputs[numberOf(name) % outputs.length] ?? outputs[0];
  const full: TriggerState = { role: "maker", matches: true, ...state, namespace };
  await client.ensure(triggerPlace(name), bodyOf(full));
  model.triggers.set(name, full);
  model.known.add(name);
  if (model.namespaces.has(namespace)) model.lasting.add(name);
  model.changes += perTrigger;
};

const numberOf = (name: string): number => Number(/\d+$/.exec(name)?.[0] ?? 0);

const editTrigger = async (world: ActWorld, name: string, value: string): Promise<void> => {
  const { client, model } = world;
  const before = model.triggers.get(name);
  if (before === undefined) return;
  await client.merge(triggerPlace(name), { data: { value, encoded: encode(value) } });
  model.triggers.set(name, { ...before, value });
  model.changes += perTrigger;
};

const unmatchTrigger = async ({ client, model }: ActWorld, name: string): Promise<void> => {
  const before = model.triggers.get(name);
  if (before === undefined) return;
  await client.merge(triggerPlace(name), { metadata: { labels: { role: "nothing" } } });
  model.triggers.set(name, { ...before, matches: false });
  model.changes += perTrigger;
};

export const deleteTrigger = async ({ client, model }: ActWorld, name: string): Promise<void> => {
  await client.remove(triggerPlace(name));
  model.triggers.delete(name);
  model.changes += perTrigger;
};

/** Deletes a trigger and creates another one of its name at once. */
export const recreateTrigger = async (world: ActWorld, name: string, value: string): Promise<void> => {
  const before = world.model.triggers.get(name);
  if (before === undefined) return;
  await deleteTrigger(world, name);
  // What is made once may be found in the way, or be on its way out with the first.
  await createTrigger(world, name, { ...before, matches: true, value });
};

export const editSource = async ({ client, model }: ActWorld, value: string): Promise<void> => {
  await client.replace(sourcePlace, { data: { value: encode(value) } });
  model.source = value;
  model.changes += model.triggers.size;
};

export const deleteSource = async ({ client, model }: ActWorld): Promise<void> => {
  await client.remove(sourcePlace);
  model.source = undefined;
  model.changes += model.triggers.size;
};

const editStamp = async ({ client, model }: ActWorld, value: string): Promise<void> => {
  await client.merge(stamperPlace, { data: { stamp: value } });
  model.stamp = value;
  model.changes += targetNames.length;
};

/** Somebody else writes a field of an object that the policy changes, too. */
const markTarget = async ({ client, model }: ActWorld, name: string, value: string): Promise<void> => {
  await client.merge({ type: kinds.configMap, namespace: places.targets, name }, { data: { mark: value } });
  model.marks.set(name, value);
};

/** One thing that happens to the world, drawn by chance. */
export const actOnce = async (world: ActWorld, number: number): Promise<void> => {
  const { model, random, tell } = world;
  const name = model.triggers.size === 0 ? undefined : random.pick([...model.triggers.keys()]);
  const value = `v${number}`;
  const draw = random.next();
  if (name === undefined || draw < 0.3) {
    const fresh = `t${number + 100}`;
    tell(`create ${fresh}`);
    await createTrigger(world, fresh, { value });
  } else if (draw < 0.55) {
    tell(`edit ${name}`);
    await editTrigger(world, name, value);
  } else if (draw < 0.65) {
    tell(`unmatch ${name}`);
    await unmatchTrigger(world, name);
  } else if (draw < 0.75) {
    tell(`delete ${name}`);
    await deleteTrigger(world, name);
  } else if (draw < 0.82) {
    tell(`recreate ${name}`);
    await recreateTrigger(world, name, value);
  } else if (draw < 0.87) {
    tell(`source is ${value}`);
    await editSource(world, value);
  } else if (draw < 0.93) {
    tell(`stamp is ${value}`);
    await editStamp(world, value);
  } else {
    const target = random.pick(targetNames);
    tell(`mark ${target}`);
    await markTarget(world, target, value);
  }
};
