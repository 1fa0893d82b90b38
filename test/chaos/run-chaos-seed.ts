import { setTimeout as delay } from "node:timers/promises";
import type { Source } from "#kube/list-watch/source.ts";
import { createChaosActor } from "./chaos-acts.ts";
import type { ChaosActor } from "./chaos-acts.ts";
import { ChaosModel } from "./chaos-model.ts";
import { operatorAgent, startChaosOperator } from "./chaos-operator.ts";
import type { ChaosOperator } from "./chaos-operator.ts";
import type { SeededRandom } from "#test/faults/seeded-random.ts";
import { planChaos, planRace, virtualPace } from "./chaos-plan.ts";
import type { ChaosFault, ChaosStep } from "./chaos-plan.ts";
import type { ChaosWorld } from "./chaos-world.ts";
import { stoppedPolicies } from "./converge-chaos.ts";

export interface ChaosOutcome {
  readonly seed: number;
  readonly problems: readonly string[];
  readonly deletions: number;
  readonly operators: number;
  readonly faults: Readonly<Record<string, number>>;
  /** Of the clock that is moved by hand. */
  readonly virtualMinutes: number;
  readonly seconds: number;
  readonly story: readonly string[];
}

const pieceMs = 10_000;
const minuteMs = 60_000;
/** How long, after everything was lifted, until all that is due has to be gone: the longest pauses are ten minutes. */
const convergeMs = 100 * minuteMs;
const settleMs = 1_000;
const outageSettleMs = 15;

/** Lets a cluster live for about half an hour under edits and faults, and then in peace, and holds every deletion against the model. */
export const runChaosSeed = async (chaos: ChaosWorld, seed: number): Promise<ChaosOutcome> => {
  const startedAt = performance.now();
  const startSteadyMs = chaos.clock.monotonicMs();
  const namespaces = ["a", "b", "c"].map((letter) => `chaos-${seed}-${letter}`);
  const plan = planChaos(seed, namespaces, virtualPace);
  const { clock, server } = chaos;
  const model = new ChaosModel({ now: () => clock.now(), steadyMs: () => clock.monotonicMs() }, 2 * minuteMs);
  const actor = createChaosActor({ ...plan, chaos, model, namespaces, pace: virtualPace });
  const watch = chaos.watch({ seen: (object) => model.seen(object), gone: (object) => model.gone(object) });
  const stage = new Stage(chaos, watch);
  const faults: Record<string, number> = {};
  const story: string[] = [];
  try {
    await actor.begin();
    await stage.start();
    for (const step of plan.steps) {
      if (step.fault !== undefined) {
        faults[step.fault.kind] = (faults[step.fault.kind] ?? 0) + 1;
        story.push(JSON.stringify(step.fault));
        await stage.strike(step.fault);
      }
      if (!stage.isDown)
        for (const act of step.acts) {
          story.push(JSON.stringify(act));
          await actor.act(act);
        }
      const { fault } = step;
      if (fault?.kind === "race" && !stage.isDown) {
        await actor.act({ kind: "create", count: 15, isHot: true });
        await Promise.all([stage.advance(minutesOf(step)), race(actor, plan.random, fault.times)]);
      } else await stage.advance(step.advanceMs);
      await stage.endStep();
    }
    await stage.lift();
    model.problems.push(...(await converge(chaos, stage, model, actor, seed)));
    model.problems.push(...stage.defects());
  } finally {
    await stage.end();
    // What the suite deletes to tidy up is nobody's.
    await watch.stop();
    await actor.clear();
    server.faults.clear();
  }
  return {
    seed,
    problems: model.problems,
    deletions: model.deletions,
    operators: stage.started,
    faults,
    virtualMinutes: Math.round((clock.monotonicMs() - startSteadyMs) / minuteMs),
    seconds: (performance.now() - startedAt) / 1000,
    story,
  };
};

/** Long enough for policies of every few minutes to be due. */
const minutesOf = ({ advanceMs }: ChaosStep): number => advanceMs + 5 * minuteMs;

const race = async (actor: ChaosActor, random: SeededRandom, count: number): Promise<void> => {
  for (let done = 0; done < count; done += 1) {
    await delay(random.between(0, 4));
    await actor.act(planRace(random));
  }
};

/** In peace: everything that is due goes, and every policy keeps its times. */
const converge = async (
  chaos: ChaosWorld,
  stage: Stage,
  model: ChaosModel,
  actor: ChaosActor,
  seed: number,
): Promise<readonly string[]> => {
  const endMs = chaos.clock.monotonicMs() + convergeMs;
  let left: readonly string[] = [];
  while (chaos.clock.monotonicMs() < endMs) {
    await stage.advance(minuteMs);
    left = [
      ...model.overdue().map((text) => `it stays although it is due: ${text}`),
      ...(await stoppedPolicies({
        world: chaos.world,
        nowMs: chaos.clock.now(),
        running: actor.running(),
        seed,
      })),
    ];
    if (left.length === 0) return [];
  }
  return left;
};

/** The operators of a seed, and what happens to them. */
class Stage {
  readonly #chaos: ChaosWorld;
  readonly #watch: Source;
  #operator: ChaosOperator | undefined;
  readonly #all: ChaosOperator[] = [];
  /** What happens to the operator when it has deleted so many objects more, or when the step is over. */
  #ending: { readonly kind: "kill" | "steal" | "stop"; left: number } | undefined;
  #stopping: Promise<void> = Promise.resolve();
  #outageSteps = 0;
  started = 0;

  constructor(chaos: ChaosWorld, watch: Source) {
    this.#chaos = chaos;
    this.#watch = watch;
    chaos.onDelete = () => {
      if (this.#ending !== undefined && this.#ending.left-- <= 0) this.#endOperator();
    };
  }

  get isDown(): boolean {
    return this.#outageSteps > 0;
  }

  defects(): readonly string[] {
    return this.#all.flatMap(({ defects }) => defects.map((line) => `a bug shows in the log: ${line}`));
  }

  async start(): Promise<void> {
    for (let tries = 0; ; tries += 1) {
      try {
        this.#operator = await startChaosOperator(this.#chaos.access, this.#chaos.clock);
        break;
      } catch (error) {
        // A fault may hit what it asks first.
        if (tries > 20) throw error;
        await delay(5);
      }
    }
    this.#all.push(this.#operator);
    this.started += 1;
    await this.settle();
  }

  async strike(fault: ChaosFault): Promise<void> {
    const { server, clock } = this.#chaos;
    switch (fault.kind) {
      case "status":
      case "cut": {
        const { verb, resource, times } = fault;
        const match = { verb, userAgent: operatorAgent, ...(resource === "" ? {} : { resource }) };
        const effect =
          fault.kind === "cut" ? ({ kind: "cut" } as const) : ({ kind: "status", code: fault.code } as const);
        server.faults.add({ match, times, effect });
        return;
      }
      case "race": {
        const match = { verb: "delete", resource: "configmaps", userAgent: operatorAgent };
        server.faults.add({ match, times: fault.times, effect: { kind: "delay", ms: fault.delayMs } });
        return;
      }
      case "outage":
        if (this.isDown) return;
        await this.settle();
        this.#outageSteps = fault.steps;
        await server.disconnect();
        return;
      case "cut watches":
        return server.cutWatches();
      case "compact":
        if (!this.isDown) await this.settle();
        return this.isDown ? undefined : server.compact();
      case "clock":
        return clock.shiftWallClock(fault.shiftMs);
      case "kill":
      case "steal":
      case "stop":
        this.#ending ??= { kind: fault.kind, left: fault.afterDeletes };
        return;
      case "forbid":
      case "deny":
        throw new Error(`${fault.kind} is not for the embedded server: it has refusals of its own`);
      default:
        fault satisfies never;
    }
  }

  async advance(ms: number): Promise<void> {
    for (let left = ms; left > 0; left -= pieceMs) {
      await this.#chaos.clock.advance(Math.min(left, pieceMs));
      await this.settle();
    }
  }

  async endStep(): Promise<void> {
    if (this.isDown && --this.#outageSteps === 0) await this.#chaos.server.reconnect();
    if (this.isDown) return;
    if (this.#ending !== undefined) this.#endOperator();
    await this.#stopping;
    if (this.#operator === undefined) await this.start();
  }

  async lift(): Promise<void> {
    this.#chaos.server.faults.clear();
    if (this.isDown) await this.#chaos.server.reconnect();
    this.#outageSteps = 0;
    await this.endStep();
  }

  async end(): Promise<void> {
    this.#chaos.onDelete = () => {};
    await this.lift();
    await this.#operator?.stop();
  }

  /** Waits until nothing is under way: time stands still meanwhile. */
  async settle(): Promise<void> {
    const endMs = performance.now() + (this.isDown ? outageSettleMs : settleMs);
    for (let quiet = 0; quiet < 3 && performance.now() < endMs;) {
      await delay(1);
      const isQuiet = this.#operator?.isQuiet() !== false && this.#watch.state().kind === "live";
      quiet = isQuiet ? quiet + 1 : 0;
    }
  }

  #endOperator(): void {
    const operator = this.#operator;
    const ending = this.#ending;
    this.#ending = undefined;
    this.#operator = undefined;
    if (operator === undefined || ending === undefined) return;
    if (ending.kind === "kill") operator.kill();
    else if (ending.kind === "stop") this.#stopping = operator.stop();
    else {
      // It goes on for a while without knowing, and the next one begins beside it.
      operator.fence();
      this.#stopping = Promise.resolve();
      void delay(20).then(() => operator.kill());
    }
  }
}
