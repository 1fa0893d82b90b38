import { setTimeout as delay } from "node:timers/promises";
import { openSource } from "#kube/list-watch/open-source.ts";
import { kinds } from "#test/faults/world/kinds.ts";
import { createChaosActor } from "./chaos-acts.ts";
import { ChaosModel } from "./chaos-model.ts";
import { planChaos, realPace } from "./chaos-plan.ts";
import { stoppedPolicies } from "./converge-chaos.ts";
import type { RealStage } from "./real-stage.ts";
import type { ChaosOutcome } from "./run-chaos-seed.ts";

/** Kinds of edits that wait for the API server are left out while it is away. */
const overlapMs = 20_000;
const convergeMs = 300_000;

/** The same on a control plane of processes, in real time. */
export const runRealSeed = async (stage: RealStage, seed: number): Promise<ChaosOutcome> => {
  const startedAt = performance.now();
  const namespaces = ["a", "b", "c"].map((letter) => `chaos-${seed}-${letter}`);
  const plan = planChaos(seed, namespaces, realPace);
  const model = new ChaosModel({ now: () => Date.now(), steadyMs: () => performance.now() }, overlapMs);
  const actor = createChaosActor({ ...plan, chaos: stage, model, namespaces, pace: realPace });
  const watch = openSource({
    client: stage.client,
    selection: { type: kinds.configMap },
    handlers: {
      onListStart: () => {},
      onPage: (objects) => Promise.resolve(objects.forEach((object) => model.seen(object))),
      onEvent: (type, object) =>
        Promise.resolve(type === "DELETED" ? model.gone(object) : model.seen(object)),
      onSynced: () => Promise.resolve(),
      onState: () => {},
    },
  });
  const before = stage.started();
  const faults: Record<string, number> = {};
  const story: string[] = [];
  let outageSteps = 0;
  try {
    await actor.begin();
    for (const step of plan.steps) {
      const { fault } = step;
      if (fault !== undefined) {
        faults[fault.kind] = (faults[fault.kind] ?? 0) + 1;
        story.push(JSON.stringify(fault));
        await stage.strike(fault);
        if (fault.kind === "outage") outageSteps = Math.max(outageSteps, fault.steps);
      }
      if (outageSteps === 0)
        for (const act of step.acts) {
          story.push(JSON.stringify(act));
          await actor.act(act);
        }
      await delay(step.advanceMs);
      await stage.endStep();
      outageSteps = Math.max(0, outageSteps - 1);
    }
    await stage.lift();
    model.problems.push(...(await converge(stage, seed, model, actor)));
  } finally {
    await stage.lift();
    await watch.stop();
    await actor.clear();
  }
  return {
    seed,
    problems: model.problems,
    deletions: model.deletions,
    operators: stage.started() - before,
    faults,
    virtualMinutes: Math.round((performance.now() - startedAt) / 60_000),
    seconds: (performance.now() - startedAt) / 1000,
    story,
  };
};

const converge = async (
  stage: RealStage,
  seed: number,
  model: ChaosModel,
  actor: ReturnType<typeof createChaosActor>,
): Promise<readonly string[]> => {
  const endMs = performance.now() + convergeMs;
  for (;;) {
    await delay(1_000);
    await stage.endStep();
    const left = [
      ...model.overdue().map((text) => `it stays although it is due: ${text}`),
      ...(await stoppedPolicies({ world: stage.world, nowMs: Date.now(), running: actor.running(), seed })),
    ];
    if (left.length === 0 || performance.now() > endMs) return left;
  }
};
