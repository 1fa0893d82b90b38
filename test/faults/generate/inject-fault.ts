import { setTimeout as delay } from "node:timers/promises";
import type { SupervisedOperator } from "../operators/supervised-operator.ts";
import { kinds } from "../world/kinds.ts";
import { deleteSource, editSource, recreateTrigger } from "./acts.ts";
import type { ActWorld } from "./acts.ts";
import { steadyNamespace } from "./bystanders.ts";
import type { GeneratePlan } from "./plan.ts";
import { outputs } from "./policies.ts";
import type { EmbeddedFaults, GenerateStage } from "./stage.ts";

/** What a fault strikes. */
export interface FaultScene {
  readonly plan: GeneratePlan;
  readonly stage: GenerateStage;
  readonly operator: SupervisedOperator;
  readonly world: ActWorld;
}

const lease = { type: kinds.lease, namespace: "kyverno", name: "kyverno-background-controller" };
const pauseMs = 5;
const pointDeadlineMs = 5_000;
const vanishDeadlineMs = 30_000;

/** Resolves when the operator has made so many more writes, or does not make them. */
export const afterWrites = async (stage: GenerateStage, count: number): Promise<void> => {
  const endMs = performance.now() + pointDeadlineMs;
  const wanted = (await stage.calls()).writes + count;
  while ((await stage.calls()).writes < wanted && performance.now() < endMs) await delay(pauseMs);
};

/** Makes the fault of the plan happen, and resolves when it is over. */
export const injectFault = async (scene: FaultScene): Promise<void> => {
  const { plan, stage } = scene;
  await afterWrites(stage, plan.afterWrites);
  for (let round = 0; round < plan.rounds; round += 1) {
    await strikeOnce(scene, round);
    await afterWrites(stage, plan.random.between(1, 30));
  }
};

const strikeOnce = async (scene: FaultScene, round: number): Promise<void> => {
  const { plan, stage, operator, world } = scene;
  const { client, model, random, tell } = world;
  switch (plan.fault) {
    case "kill":
      tell("kill");
      await operator.kill();
      // Somebody who is in a hurry takes the Lease away; else it has to run out.
      if (random.chance(0.8)) await client.remove(lease);
      await delay(random.between(0, 500));
      await operator.start();
      return;
    case "lease stolen":
      tell("steal the Lease");
      await client.merge(lease, {
        spec: {
          holderIdentity: "thief",
          leaseDurationSeconds: 2,
          renewTime: new Date().toISOString().replace("Z", "000Z"),
        },
      });
      return;
    case "expired watch":
      tell("expire watches");
      need(stage.embedded).expireWatches();
      await editSource(world, `expired-${round}`);
      need(stage.embedded).expireWatches();
      return;
    case "webhook":
      await denyEverySecond(scene);
      return;
    case "namespaces vanish":
      await vanish(scene);
      return;
    case "triggers recreated":
      for (const name of [...model.triggers.keys()].slice(0, random.between(3, 10))) {
        tell(`recreate ${name}`);
        await recreateTrigger(world, name, `again-${round}`);
      }
      return;
    case "source deleted":
      tell("delete the source");
      await editSource(world, `source-${round}`);
      await afterWrites(stage, random.between(1, 10));
      await deleteSource(world);
      await delay(random.between(0, 300));
      if (round + 1 < plan.rounds || random.chance(0.5)) {
        tell("create the source");
        await editSource(world, `again-${round}`);
      }
      return;
    case "snapshot restored":
    case "flood":
      return;
    default:
      plan.fault satisfies never;
  }
};

const need = (embedded: EmbeddedFaults | undefined): EmbeddedFaults => {
  if (embedded === undefined) throw new Error("the fault needs the embedded API server");
  return embedded;
};

/** Writes of the operator are refused by turns, as by a webhook that is out of order. */
const denyEverySecond = async ({ stage, world: { random, tell } }: FaultScene): Promise<void> => {
  const code = random.pick([400, 403, 500]);
  tell(`every second write is answered with ${code}`);
  const lifts = ["create", "patch", "update", "delete"].flatMap((verb) =>
    ["secrets", "configmaps"].map((resource) =>
      need(stage.embedded).addFault({
        match: { verb, resource, userAgent: "rearguard/" },
        effect: { kind: "status", code },
        every: 2,
      }),
    ),
  );
  await afterWrites(stage, random.between(5, 40));
  for (const lift of lifts) lift();
};

/** A namespace full of what was made goes, stays away for a while, and comes again. */
const vanish = async ({ world: { client, model, random, tell } }: FaultScene): Promise<void> => {
  const name = random.pick(outputs.filter((namespace) => namespace !== steadyNamespace));
  const place = { type: kinds.namespace, name };
  tell(`delete the namespace ${name}`);
  model.forgetNamespace(name);
  await client.remove(place);
  const endMs = performance.now() + vanishDeadlineMs;
  while ((await client.get(place)) !== undefined) {
    if (performance.now() > endMs) throw new Error(`the namespace ${name} did not go away`);
    await delay(20);
  }
  await delay(random.between(0, 500));
  tell(`create the namespace ${name}`);
  await client.ensure(place, {});
  model.namespaces.add(name);
  model.changes += model.triggers.size * 4;
};
