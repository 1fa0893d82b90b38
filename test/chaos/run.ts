import { parseArgs } from "node:util";
import { ensureAssets } from "#test/cluster/ensure-assets.ts";
import { startRealStage } from "./real-stage.ts";
import { runRealSeed } from "./run-real-seed.ts";
import { runChaosSeed } from "./run-chaos-seed.ts";
import type { ChaosOutcome } from "./run-chaos-seed.ts";
import { startChaosWorld } from "./chaos-world.ts";

const usage = `Lets policies and the TTL label delete under edits and faults, and holds every deletion against a model.

  npm run -s chaos:cleanup -- [options]

  --seeds N     run N seeds (default 20)
  --minutes M   begin seeds for M minutes instead
  --from SEED   the first seed (default 1)
  --seed SEED   run this seed only, and tell what was done
  --real        operators as processes on a real control plane, in real time
  --json        print one JSON document instead of text
`;

const { values } = parseArgs({
  options: {
    seeds: { type: "string", default: "20" },
    minutes: { type: "string" },
    from: { type: "string", default: "1" },
    seed: { type: "string" },
    real: { type: "boolean", default: false },
    json: { type: "boolean", default: false },
    help: { type: "boolean", short: "h", default: false },
  },
});

const say = (line: string): void => void process.stderr.write(`${line}\n`);

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
    values.minutes === undefined
      ? undefined
      : performance.now() + wholeNumber("minutes", values.minutes) * 60_000;
  const count = endMs === undefined ? wholeNumber("seeds", values.seeds) : Number.POSITIVE_INFINITY;
  for (let seed = from; seed < from + count; seed += 1) {
    if (endMs !== undefined && performance.now() > endMs) return;
    yield seed;
  }
}

const tell = ({
  seed,
  problems,
  deletions,
  operators,
  virtualMinutes,
  seconds,
  story,
}: ChaosOutcome): void => {
  const figures = `${deletions} deletions, ${operators} operators, ${virtualMinutes} minutes in ${seconds.toFixed(1)} s`;
  say(`${problems.length === 0 ? "ok  " : "FAIL"} seed ${seed}: ${figures}`);
  for (const problem of problems.slice(0, 12)) say(`       ${problem}`);
  if (problems.length > 0 || values.seed !== undefined) say(`     what was done: ${story.join("; ")}`);
  if (problems.length > 0) say(`     replay: npm run -s chaos:cleanup -- --seed ${seed}`);
};

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);

interface ChaosPlace {
  readonly run: (seed: number) => Promise<ChaosOutcome>;
  readonly stop: () => Promise<void>;
}

const openEmbedded = async (): Promise<ChaosPlace> => {
  const chaos = await startChaosWorld();
  return { run: (seed) => runChaosSeed(chaos, seed), stop: () => chaos.stop() };
};

const openReal = async (): Promise<ChaosPlace> => {
  const { folder } = await ensureAssets({ say });
  const stage = await startRealStage(folder);
  return { run: (seed) => runRealSeed(stage, seed), stop: () => stage.stop() };
};

const main = async (): Promise<number> => {
  const place = values.real ? await openReal() : await openEmbedded();
  const outcomes: ChaosOutcome[] = [];
  try {
    for (const seed of chosenSeeds()) {
      const outcome = await place.run(seed);
      outcomes.push(outcome);
      tell(outcome);
    }
  } finally {
    await place.stop();
  }
  const faults: Record<string, number> = {};
  for (const outcome of outcomes)
    for (const [kind, count] of Object.entries(outcome.faults)) faults[kind] = (faults[kind] ?? 0) + count;
  const problems = outcomes.flatMap((outcome) => outcome.problems);
  const summary = {
    seeds: outcomes.length,
    failed: outcomes.filter((outcome) => outcome.problems.length > 0).map(({ seed }) => seed),
    wrongDeletes: problems.filter((problem) => problem.startsWith("wrong delete")).length,
    stoppedPolicies: problems.filter((problem) => problem.includes("has stopped")).length,
    deletions: sum(outcomes.map(({ deletions }) => deletions)),
    operators: sum(outcomes.map(({ operators }) => operators)),
    virtualHours: Math.round(sum(outcomes.map(({ virtualMinutes }) => virtualMinutes)) / 60),
    faults,
    seconds: Math.round(sum(outcomes.map(({ seconds }) => seconds))),
  };
  if (values.json) process.stdout.write(`${JSON.stringify(summary, null, 2)}\n`);
  else
    process.stdout.write(
      [
        `${summary.seeds} seeds in ${summary.seconds} s: ${summary.failed.length} failed, ${summary.wrongDeletes} wrong deletes, ${summary.stoppedPolicies} policies that stopped`,
        `${summary.deletions} deletions by ${summary.operators} operators in ${summary.virtualHours} hours of the cluster's time`,
        `faults: ${Object.entries(faults)
          .map(([kind, count]) => `${count} ${kind}`)
          .join(", ")}`,
        "",
      ].join("\n"),
    );
  return summary.failed.length === 0 && summary.seeds > 0 ? 0 : 1;
};

if (values.help) process.stdout.write(usage);
else process.exitCode = await main();
