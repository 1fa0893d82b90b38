import { readFile, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { forEachConcurrently } from "../for-each-concurrently.ts";
import { superviseOperator } from "../operators/supervised-operator.ts";
import type { SupervisedOperator } from "../operators/supervised-operator.ts";
import { actOnce, createTrigger, deleteTrigger } from "./acts.ts";
import type { ActWorld } from "./acts.ts";
import { compareWorld } from "./compare-world.ts";
import { injectFault } from "./inject-fault.ts";
import { Model } from "./model.ts";
import type { GeneratePlan } from "./plan.ts";
import { makers, secretType } from "./policies.ts";
import { placePolicies } from "./prepare-world.ts";
import type { GenerateStage } from "./stage.ts";

/** How a seed went. */
export interface GenerateOutcome {
  readonly plan: GeneratePlan;
  /** Empty where everything is as it should be. */
  readonly problems: readonly string[];
  readonly seconds: number;
  /** From the end of the fault until the world was right. */
  readonly convergedMs: number;
  /** Objects that had to be written, by the model. */
  readonly changes: number;
  readonly writes: number;
  readonly refused: number;
  readonly reads: number;
  readonly calls: number;
  readonly restarts: number;
  readonly story: readonly string[];
  readonly log: string;
}

const readyDeadlineMs = 60_000;
const convergeDeadlineMs = 90_000;
const floodDeadlineMs = 600_000;
const quietMs = 1_500;
const pollMs = 100;
const operatorFlags = [
  "--only=generate,mutate-existing",
  "--lease-duration=20s",
  "--lease-renew-deadline=15s",
  "--lease-retry-period=250ms",
  "--log-level=debug",
];
/** A crash, a refused write or an edit by others costs writes again; a loop costs them without end. */
const maxWritesPerChange = 3;
const freeWrites = 300;

/** Runs one seed on a stage of its own. */
export const runSeed = async (
  stage: GenerateStage,
  plan: GeneratePlan,
  { entry, logs }: { readonly entry: string; readonly logs: string },
): Promise<GenerateOutcome> => {
  const startedAt = performance.now();
  const logPath = join(stage.folder, "operator.log");
  const operator = superviseOperator({
    name: `seed-${plan.seed}`,
    kubeconfigPath: stage.kubeconfigPath,
    logPath,
    entry,
    flags: operatorFlags,
  });
  const story: string[] = [];
  const problems: string[] = [];
  let model = new Model();
  let convergedMs = 0;
  try {
    await placePolicies(stage.client, plan.generateExisting);
    await operator.start();
    await untilReady(stage, plan, model, logPath);
    const world: ActWorld = {
      client: stage.client,
      get model() {
        return model;
      },
      random: plan.random,
      tell: (what) => void story.push(what),
    };
    if (plan.fault === "flood") await flood(world, plan);
    else if (plan.fault === "snapshot restored") {
      model = await restore(stage, plan, operator, world, (kept) => (model = kept));
    } else {
      const faulting = injectFault({ plan, stage, operator, world });
      // A fault that fails ends the seed, and must not end the process before it is waited for.
      faulting.catch(() => {});
      await tellStory(world, plan);
      await faulting;
    }
    const endMs = performance.now();
    const deadlineMs = plan.fault === "flood" ? floodDeadlineMs : convergeDeadlineMs;
    problems.push(...(await untilRight(stage, model, deadlineMs)));
    convergedMs = performance.now() - endMs;
    if (problems.length === 0) problems.push(...(await untilQuiet(stage, model)));
  } catch (error) {
    problems.push(`the seed could not be run: ${error instanceof Error ? error.message : String(error)}`);
  }
  const stopCode = await operator.stop();
  if (stopCode !== 0 && stopCode !== null) problems.push(`a stop that was asked for ended with ${stopCode}`);
  const calls = await stage.calls();
  if (calls.writes > model.changes * maxWritesPerChange + freeWrites) {
    problems.push(`unbounded: ${calls.writes} writes for ${model.changes} changes`);
  }
  problems.push(...(await bugsIn(logPath)));
  const log = join(logs, `seed-${plan.seed}.log`);
  if (problems.length > 0) await rename(logPath, log).catch(() => {});
  else await rm(logPath, { force: true });
  return {
    plan,
    problems,
    seconds: (performance.now() - startedAt) / 1_000,
    convergedMs,
    changes: model.changes,
    writes: calls.writes,
    refused: calls.refused,
    reads: calls.reads,
    calls: calls.all,
    restarts: operator.restarts,
    story,
    log,
  };
};

/** What only a defect of the program says. */
const bugsIn = async (logPath: string): Promise<readonly string[]> => {
  const text = await readFile(logPath, "utf8").catch(() => "");
  const found = text.match(/(?:TypeError|ReferenceError|RangeError|unhandledRejection)[^\n]{0,200}/);
  return found === null ? [] : [`in its log: ${found[0]}`];
};

/** Until a trigger that comes now is answered by every policy. */
const untilReady = async (
  stage: GenerateStage,
  { random }: GeneratePlan,
  model: Model,
  logPath: string,
): Promise<void> => {
  const endMs = performance.now() + readyDeadlineMs;
  const world: ActWorld = { client: stage.client, model, random, tell: () => {} };
  const isAnswered = async (name: string): Promise<boolean> => {
    const namespace = model.triggers.get(name)?.namespace ?? "";
    for (const { suffix, role } of makers) {
      if (role !== "maker") continue;
      const place = { type: secretType, namespace, name: `${name}-${suffix}` };
      if ((await stage.client.get(place)) === undefined) return false;
    }
    return true;
  };
  for (let probe = 0; performance.now() < endMs; probe += 1) {
    const name = `probe-${probe}`;
    await createTrigger(world, name, { value: "probe" });
    for (let look = 0; look < 20; look += 1) {
      if (await isAnswered(name)) {
        for (const each of model.triggers.keys()) await deleteTrigger(world, each);
        return;
      }
      await delay(pollMs);
    }
  }
  const tail = (await readFile(logPath, "utf8").catch(() => "")).split("\n").slice(-8).join("\n");
  throw new Error(
    `the operator answers no trigger in ${readyDeadlineMs / 1_000} s; the end of its log:\n${tail}`,
  );
};

const firstOnes = async (world: ActWorld, { firstTriggers }: GeneratePlan): Promise<void> => {
  const names = Array.from({ length: firstTriggers }, (_, index) => `t${index}`);
  world.tell(`create ${firstTriggers} triggers`);
  await forEachConcurrently(names, 8, (name) => createTrigger(world, name, { value: "first" }));
};

const actsFrom = async (world: ActWorld, from: number, to: number): Promise<void> => {
  for (let number = from; number < to; number += 1) {
    await actOnce(world, number);
    // They come in no step with anything.
    await delay(world.random.between(0, 40));
  }
};

const tellStory = async (world: ActWorld, plan: GeneratePlan): Promise<void> => {
  await firstOnes(world, plan);
  await actsFrom(world, 0, plan.acts);
};

/** Many triggers at once; then a tenth of them goes. */
const flood = async (world: ActWorld, { floodTriggers }: GeneratePlan): Promise<void> => {
  const names = Array.from({ length: floodTriggers }, (_, index) => `f${index}`);
  world.tell(`create ${floodTriggers} triggers`);
  await forEachConcurrently(names, 16, (name) => createTrigger(world, name, { role: "flood", value: "one" }));
  const going = names.slice(0, floodTriggers / 10);
  world.tell(`delete ${going.length} triggers`);
  await forEachConcurrently(going, 16, (name) => deleteTrigger(world, name));
};

/** The state of an earlier moment comes back, in the middle of the work or of a quiet time. */
const restore = async (
  stage: GenerateStage,
  plan: GeneratePlan,
  operator: SupervisedOperator,
  world: ActWorld,
  setModel: (kept: Model) => void,
): Promise<Model> => {
  const { embedded } = stage;
  const { random, tell } = world;
  if (embedded === undefined) throw new Error("the fault needs the embedded API server");
  await firstOnes(world, plan);
  const half = Math.ceil(plan.acts / 2);
  await actsFrom(world, 0, half);
  const isQuiet = random.chance(0.5);
  if (isQuiet) await untilRight(stage, world.model, convergeDeadlineMs);
  tell(isQuiet ? "keep a snapshot of a quiet moment" : "keep a snapshot");
  await embedded.keepSnapshot();
  const kept = new Model(world.model);
  await actsFrom(world, half, plan.acts);
  const { known, changes } = world.model;
  const isDown = random.chance(0.4);
  if (isDown) await operator.kill();
  tell(isDown ? "restore it while the operator is down" : "restore it");
  await embedded.restoreSnapshot();
  if (isDown) await operator.start();
  for (const name of known) kept.known.add(name);
  // What was to be made once may not have been made yet, and who deleted it since nobody can tell.
  if (!isQuiet) kept.lasting.clear();
  kept.changes = changes * 2;
  setModel(kept);
  await actsFrom({ ...world, model: kept }, plan.acts, plan.acts + 5);
  return kept;
};

/** Waits until the world is as the model says; what differs where it does not come to be so. */
const untilRight = async (
  stage: GenerateStage,
  model: Model,
  deadlineMs: number,
): Promise<readonly string[]> => {
  const endMs = performance.now() + deadlineMs;
  for (;;) {
    const differences = await compareWorld(stage.client, model);
    if (differences.length === 0 || performance.now() > endMs) return differences;
    await delay(pollMs);
  }
};

/** It must stay right, and the operator must stop writing. */
const untilQuiet = async (stage: GenerateStage, model: Model): Promise<readonly string[]> => {
  const endMs = performance.now() + convergeDeadlineMs;
  for (;;) {
    const before = (await stage.calls()).writes;
    await delay(quietMs);
    const differences = await compareWorld(stage.client, model);
    if (differences.length > 0) return differences.map((one) => `after it was right: ${one}`);
    // A checkpoint may be written at any time.
    if ((await stage.calls()).writes <= before + 1) return [];
    if (performance.now() > endMs) return ["it never stops writing"];
  }
};
