import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { ensureAssets } from "#test/cluster/ensure-assets.ts";
import { startFaultCluster } from "./fault-cluster.ts";
import { describeFault, describePoint, faultName, planSeed } from "./seed/seed-plan.ts";
import { runSeed } from "./seed/run-seed.ts";
import type { SeedOutcome } from "./seed/run-seed.ts";

const usage = `Breaks things around the operator on a real control plane and compares what it leaves.

  npm run -s faults -- [options]

  --seeds N       run N seeds (default 20); a seed is one fault at one point
  --minutes M     begin seeds for M minutes instead
  --from SEED     the first seed (default 1)
  --seed SEED     run this seed only
  --fault TEXT    only seeds whose fault has TEXT in its name
  --entry FILE    run this program (the bundle, say) instead of the source
  --keep-logs     keep the logs of seeds that went well, too
  --json          print one JSON document instead of text
`;

const { values } = parseArgs({
  options: {
    seeds: { type: "string", default: "20" },
    minutes: { type: "string" },
    from: { type: "string", default: "1" },
    seed: { type: "string" },
    fault: { type: "string" },
    entry: { type: "string" },
    "keep-logs": { type: "boolean", default: false },
    json: { type: "boolean", default: false },
    help: { type: "boolean", short: "h", default: false },
  },
});

const say = (line: string): void => void process.stderr.write(`${line}\n`);
const shownProblems = 12;

const wholeNumber = (flag: string, text: string): number => {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 0)
    throw new Error(`--${flag} wants a whole number, not ${text}`);
  return value;
};

function* chosenSeeds(): Generator<number> {
  if (values.seed !== undefined) {
    yield wholeNumber("seed", values.seed);
    return;
  }
  const from = wholeNumber("from", values.from);
  const endMs =
    values.minutes === undefined ? undefined : performance.now() + Number(values.minutes) * 60_000;
  const count = endMs === undefined ? wholeNumber("seeds", values.seeds) : Number.POSITIVE_INFINITY;
  let done = 0;
  for (let seed = from; done < count; seed += 1) {
    if (endMs !== undefined && performance.now() > endMs) return;
    const { fault } = planSeed(seed);
    if (values.fault !== undefined && !faultName(fault).includes(values.fault)) continue;
    done += 1;
    yield seed;
  }
}

const tellSeed = ({
  plan,
  problems,
  seconds,
  convergedMs,
  restarts,
  struck,
  story,
  logs,
}: SeedOutcome): void => {
  const what = `${describeFault(plan.fault)}; ${describePoint(plan.point)}`;
  const figures = `${seconds.toFixed(1)} s, equal after ${(convergedMs / 1000).toFixed(1)} s, ${struck} strikes, ${restarts} restarts`;
  say(`${problems.length === 0 ? "ok  " : "FAIL"} seed ${plan.seed}: ${what} (${figures})`);
  if (problems.length === 0) return;
  for (const problem of problems.slice(0, shownProblems)) say(`       ${problem}`);
  if (problems.length > shownProblems) say(`       … and ${problems.length - shownProblems} more`);
  say(`     what was done: ${story.join("; ")}`);
  say(`     logs: ${logs}; replay: npm run -s faults -- --seed ${plan.seed}`);
};

const percentile = (numbers: readonly number[], share: number): number =>
  numbers.toSorted((a, b) => a - b)[Math.min(numbers.length - 1, Math.floor(numbers.length * share))] ?? 0;

const summarize = (outcomes: readonly SeedOutcome[]) => {
  const failed = outcomes.filter(({ problems }) => problems.length > 0);
  const byFault = Map.groupBy(outcomes, ({ plan }) => faultName(plan.fault));
  const takeovers = outcomes.flatMap(({ takeoverMs }) => takeoverMs ?? []);
  return {
    seeds: outcomes.length,
    failed: failed.map(({ plan, problems }) => ({
      seed: plan.seed,
      fault: describeFault(plan.fault),
      point: describePoint(plan.point),
      problems,
    })),
    differences: failed.reduce((sum, { problems }) => sum + problems.length, 0),
    faults: Object.fromEntries(
      [...byFault].map(([name, of]) => [
        name,
        { seeds: of.length, failed: of.filter(({ problems }) => problems.length > 0).length },
      ]),
    ),
    reportWrites: outcomes.reduce((sum, { reportWrites }) => sum + reportWrites, 0),
    restarts: outcomes.reduce((sum, { restarts }) => sum + restarts, 0),
    equalAfterMs: {
      median: Math.round(
        percentile(
          outcomes.map(({ convergedMs }) => convergedMs),
          0.5,
        ),
      ),
      longest: Math.round(
        percentile(
          outcomes.map(({ convergedMs }) => convergedMs),
          1,
        ),
      ),
    },
    leasesTakenOver: outcomes.reduce((sum, { takeovers }) => sum + takeovers, 0),
    longestTakeoverMs: Math.round(Math.max(0, ...takeovers)),
    seconds: Math.round(outcomes.reduce((sum, { seconds }) => sum + seconds, 0)),
  };
};

const tellSummary = (summary: ReturnType<typeof summarize>): void => {
  const lines = [
    `${summary.seeds} seeds in ${summary.seconds} s: ${summary.failed.length} failed, ${summary.differences} differences`,
    ...Object.entries(summary.faults).map(
      ([name, { seeds, failed }]) => `  ${name}: ${seeds} seeds, ${failed} failed`,
    ),
    `equal after ${summary.equalAfterMs.median} ms (median), ${summary.equalAfterMs.longest} ms (longest)`,
    `${summary.leasesTakenOver} Leases taken over, the first write at most ${summary.longestTakeoverMs} ms after the end of the one before`,
    `${summary.reportWrites} report writes, ${summary.restarts} processes ended and were started again`,
  ];
  process.stdout.write(`${lines.join("\n")}\n`);
};

const main = async (): Promise<number> => {
  const { folder: assets } = await ensureAssets({});
  const logs = await mkdtemp(join(tmpdir(), "rearguard-faults-"));
  const entry = values.entry === undefined ? undefined : resolve(values.entry);
  const cluster = await startFaultCluster(assets);
  const outcomes: SeedOutcome[] = [];
  try {
    for (const seed of chosenSeeds()) {
      const outcome = await runSeed(cluster, planSeed(seed), { logs, entry, keepLogs: values["keep-logs"] });
      outcomes.push(outcome);
      tellSeed(outcome);
      // What went wrong must not go on to the next seed.
      if (outcome.problems.length > 0) await cluster.clearReports();
    }
  } finally {
    await cluster.stop();
  }
  const summary = summarize(outcomes);
  if (values.json) process.stdout.write(`${JSON.stringify(summary, null, 2)}\n`);
  else tellSummary(summary);
  return summary.failed.length === 0 && summary.seeds > 0 ? 0 : 1;
};

if (values.help) process.stdout.write(usage);
else process.exitCode = await main();
