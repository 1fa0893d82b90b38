import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { ResourceType } from "#api/meta/resource-type.ts";
import type { FaultCluster } from "../fault-cluster.ts";
import { operatorUsers } from "../fault-cluster.ts";
import { checkLease } from "../observe/lease-check.ts";
import { followReports } from "../observe/report-history.ts";
import type { ReportHistory } from "../observe/report-history.ts";
import { drawEdits, drawPolicyEdit } from "../world/edits.ts";
import type { Edit } from "../world/edits.ts";
import { checkForeignReports, placeForeignReports } from "../world/foreign-reports.ts";
import { kinds } from "../world/kinds.ts";
import { resetWorld } from "../world/reset-world.ts";
import { converge } from "./converge.ts";
import { injectFault } from "./inject-fault.ts";
import { isAboutHolders } from "./seed-plan.ts";
import type { SeedPlan } from "./seed-plan.ts";
import { setStage } from "./stage.ts";
import type { Stage } from "./stage.ts";

/** How a seed went. */
export interface SeedOutcome {
  readonly plan: SeedPlan;
  /** Empty where everything is as it should be. */
  readonly problems: readonly string[];
  readonly seconds: number;
  /** From the end of the fault to equal reports. */
  readonly convergedMs: number;
  readonly reportWrites: number;
  /** How often the proxies struck. */
  readonly struck: number;
  readonly restarts: number;
  readonly takeovers: number;
  /** From the end of the Lease that the fault ended to the first write under the next one. */
  readonly takeoverMs?: number;
  /** What was done, in order. */
  readonly story: readonly string[];
  readonly logs: string;
}

const convergeDeadlineMs = 120_000;
const firstConvergeDeadlineMs = 120_000;
const maxTakeoverMs = 20_000;
const stopDeadlineMs = 15_000;
/** A point that does not come (the work was done with fewer requests) must not hold up the seed. */
const pointDeadlineMs = 8_000;

const isAboutOthers = ({ type }: Edit): boolean => type !== kinds.widget;

const hasWidgetsInTheEnd = ({ fault }: SeedPlan): boolean => fault.kind !== "crd-removed" || fault.comesBack;

interface Run {
  readonly stage: Stage;
  readonly history: ReportHistory;
  readonly story: string[];
  readonly problems: string[];
}

const perform = async ({ stage, history, story, problems }: Run, edits: readonly Edit[]): Promise<void> => {
  for (const edit of edits) {
    story.push(edit.what);
    try {
      await edit.apply(stage.cluster.world, (uid) => history.ignore(uid));
    } catch (error) {
      problems.push(`the suite could not "${edit.what}": ${String(error)}`);
    }
    // Edits come in no step with anything.
    await delay(stage.plan.random.between(0, 150));
  }
};

const startAll = async ({ actors }: Stage): Promise<void> => {
  // The first one is to have the Lease, so that it is known whom a fault will hit.
  for (const { operator } of actors) await operator.start();
};

const expectConverged = async (run: Run, when: string, deadlineMs: number): Promise<number> => {
  const { stage } = run;
  const isServed = (type: ResourceType): boolean =>
    type !== kinds.widget || when !== "end" || hasWidgetsInTheEnd(stage.plan);
  const { differences, ms } = await converge(stage, deadlineMs, isServed);
  run.problems.push(...differences.map((difference) => `${when}: ${difference}`));
  return ms;
};

/** Brings the operator to the moment at which the fault is to strike. */
const reachPoint = async (run: Run): Promise<void> => {
  const { stage, story, history } = run;
  const { point, random, fault } = stage.plan;
  const [first] = stage.actors;
  if (first === undefined) return;
  const afterRequests = async (count: number): Promise<void> => {
    const reached = isAboutHolders(fault) ? history.afterWrites(count) : first.proxy.afterRequests(count);
    await Promise.race([reached, delay(pointDeadlineMs)]);
  };
  if (point.phase === "first scan") {
    const due = afterRequests(point.afterRequests);
    await startAll(stage);
    await due;
    return;
  }
  await startAll(stage);
  await expectConverged(run, `before ${point.phase}`, firstConvergeDeadlineMs);
  switch (point.phase) {
    case "restart": {
      for (const { operator } of stage.actors) await (random.chance(0.5) ? operator.kill() : operator.stop());
      story.push("operator stopped");
      await perform(run, drawEdits(random, random.between(1, 8)));
      const due = afterRequests(point.afterRequests);
      await startAll(stage);
      await due;
      return;
    }
    case "pass": {
      const due = afterRequests(point.afterRequests);
      await perform(run, [drawPolicyEdit(random)]);
      await due;
      return;
    }
    case "idle":
      return;
    default:
      point satisfies never;
  }
};

const stopAll = async ({ stage, problems }: Run): Promise<void> => {
  for (const { operator } of stage.actors) {
    const startMs = performance.now();
    const code = await operator.stop();
    const ms = performance.now() - startMs;
    // A machine too busy to renew a Lease of two seconds has ended it rightly, a moment before it was asked to.
    if (code === 1 && (await lostItsLease(stage.folder, operator.name))) continue;
    if (code !== null && code !== 0) problems.push(`${operator.name} ended with code ${code} when asked to`);
    if (ms > stopDeadlineMs) problems.push(`${operator.name} took ${Math.round(ms / 1000)} s to stop`);
  }
};

const lostItsLease = async (folder: string, name: string): Promise<boolean> => {
  const text = await readFile(join(folder, `${name}.log`), "utf8").catch(() => "");
  const lastRun = text.slice(text.lastIndexOf('"serving health"'));
  return lastRun.includes('"Lease lost"');
};

const checkProcessLogs = async ({ stage, problems }: Run): Promise<void> => {
  for (const { operator } of stage.actors) {
    const text = await readFile(join(stage.folder, `${operator.name}.log`), "utf8").catch(() => "");
    const bad = text
      .split("\n")
      .filter((line) => /TypeError|RangeError|ReferenceError|unhandled/i.test(line));
    for (const line of bad.slice(0, 3)) problems.push(`${operator.name} logged a bug: ${line.slice(0, 600)}`);
  }
};

/** Runs one seed from a world that is whole to one that is compared. */
export const runSeed = async (
  cluster: FaultCluster,
  plan: SeedPlan,
  options: { readonly logs: string; readonly entry: string | undefined; readonly keepLogs: boolean },
): Promise<SeedOutcome> => {
  const startMs = performance.now();
  const story: string[] = [];
  const problems: string[] = [];
  await resetWorld(cluster.world);
  if (plan.point.phase === "first scan") await cluster.clearReports();
  const foreign = await placeForeignReports(cluster.world);
  await cluster.audit.take();
  const history = followReports(cluster.client);
  await history.ready();
  const stage = await setStage(cluster, plan, options.logs, options.entry);
  const run: Run = { stage, history, story, problems };
  let convergedMs = 0;
  try {
    await reachPoint(run);
    story.push("fault begins");
    const faultMs = Date.now();
    const fault = await injectFault(stage);
    const isWithoutWidgets = plan.fault.kind === "crd-removed";
    const during = drawEdits(plan.random, plan.editsDuring);
    await perform(run, isWithoutWidgets ? during.filter(isAboutOthers) : during);
    await fault.heal();
    story.push("fault has ended");
    const after = drawEdits(plan.random, plan.editsAfter);
    await perform(run, hasWidgetsInTheEnd(plan) ? after : after.filter(isAboutOthers));
    convergedMs = await expectConverged(run, "end", convergeDeadlineMs);
    await stopAll(run);
    await checkProcessLogs(run);
    problems.push(...history.rewrites(), ...(await checkForeignReports(cluster.world, foreign)));
    const users = operatorUsers.map(({ user }) => user);
    const lease = checkLease(await cluster.audit.take(), users, { durationMs: plan.leaseMs, faultMs });
    problems.push(...lease.violations);
    const { takeovers, takeoverMs = 0 } = lease;
    // Edits go on all the while, so that there is always something to write.
    if (isAboutHolders(plan.fault) && takeoverMs > maxTakeoverMs) {
      problems.push(`the first write came ${takeoverMs} ms after the end of the Lease before`);
    }
    return {
      plan,
      problems,
      seconds: (performance.now() - startMs) / 1000,
      convergedMs,
      reportWrites: history.writes(),
      struck: stage.actors.reduce((sum, { proxy }) => sum + proxy.struck, 0),
      restarts: stage.actors.reduce((sum, { operator }) => sum + operator.restarts, 0),
      takeovers,
      ...(isAboutHolders(plan.fault) ? { takeoverMs } : {}),
      story,
      logs: stage.folder,
    };
  } finally {
    await history.stop();
    await stage.end();
    if (problems.length === 0 && !options.keepLogs) await rm(stage.folder, { recursive: true, force: true });
  }
};
