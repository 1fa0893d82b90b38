import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { buildBundle } from "#test/bench/operator/bundle.ts";
import { faultKinds, planSeed, realFaults } from "./plan.ts";
import { openRealStages } from "./real-stage.ts";
import { runSeed } from "./run-seed.ts";
import type { GenerateOutcome } from "./run-seed.ts";
import { buildBaseSnapshot, openEmbeddedStage } from "./stage.ts";
import type { GenerateStage } from "./stage.ts";

const usage = `Breaks things while the operator generates and mutates, and compares the world with a model.

  npm run -s faults:generate -- [options]

  --seeds N       run N seeds (default 20); a seed is one fault in one story
  --minutes M     begin seeds for M minutes instead
  --from SEED     the first seed (default 1)
  --seed SEED     run this seed only
  --fault TEXT    only seeds whose fault has TEXT in its name: ${faultKinds.join(", ")}
  --real          on a real control plane: the faults that need nothing of the embedded one (default 5 seeds)
  --parallel N    so many seeds at once on embedded servers (default 1)
  --json          print one JSON document instead of text
`;

const { values } = parseArgs({
  options: {
    seeds: { type: "string" },
    minutes: { type: "string" },
    from: { type: "string", default: "1" },
    seed: { type: "string" },
    fault: { type: "string", default: "" },
    real: { type: "boolean", default: false },
    parallel: { type: "string", default: "1" },
    json: { type: "boolean", default: false },
    help: { type: "boolean", short: "h", default: false },
  },
});

const shownProblems = 8;
const say = (line: string): void => void process.stderr.write(`${line}\n`);

const wholeNumber = (flag: string, text: string): number => {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 0)
    throw new Error(`--${flag} wants a whole number, not ${text}`);
  return value;
};

const planOf = (seed: number) => planSeed(seed, values.real ? realFaults : faultKinds);

function* chosenSeeds(): Generator<number> {
  if (values.seed !== undefined) {
    yield wholeNumber("seed", values.seed);
    return;
  }
  const endMs =
    values.minutes === undefined ? undefined : performance.now() + Number(values.minutes) * 60_000;
  const count =
    endMs === undefined
      ? wholeNumber("seeds", values.seeds ?? (values.real ? "5" : "20"))
      : Number.POSITIVE_INFINITY;
  let done = 0;
  for (let seed = wholeNumber("from", values.from); done < count; seed += 1) {
    if (endMs !== undefined && performance.now() > endMs) return;
    if (!planOf(seed).fault.includes(values.fault)) continue;
    done += 1;
    yield seed;
  }
}

const tellSeed = (outcome: GenerateOutcome): void => {
  const { plan, problems, seconds, convergedMs, changes, writes, refused, reads, restarts, story, log } =
    outcome;
  const calls = `${writes} writes (${refused} refused) and ${reads} reads for ${changes} changes`;
  const figures = `${seconds.toFixed(1)} s, right after ${(convergedMs / 1_000).toFixed(1)} s, ${calls}, ${restarts} restarts`;
  say(`${problems.length === 0 ? "ok  " : "FAIL"} seed ${plan.seed}: ${plan.fault} (${figures})`);
  if (problems.length === 0) return;
  for (const problem of problems.slice(0, shownProblems)) say(`       ${problem}`);
  if (problems.length > shownProblems) say(`       … and ${problems.length - shownProblems} more`);
  say(`     what was done: ${story.join("; ")}`);
  say(
    `     log: ${log}; replay: npm run -s faults:generate -- --seed ${plan.seed}${values.real ? " --real" : ""}`,
  );
};

const summarize = (outcomes: readonly GenerateOutcome[]) => {
  const failed = outcomes.filter(({ problems }) => problems.length > 0);
  const sum = (of: (outcome: GenerateOutcome) => number): number =>
    outcomes.reduce((total, outcome) => total + of(outcome), 0);
  return {
    seeds: outcomes.length,
    failed: failed.map(({ plan, problems }) => ({ seed: plan.seed, fault: plan.fault, problems })),
    faults: Object.fromEntries(
      [...Map.groupBy(outcomes, ({ plan }) => plan.fault)].map(([fault, of]) => [
        fault,
        { seeds: of.length, failed: of.filter(({ problems }) => problems.length > 0).length },
      ]),
    ),
    changes: sum(({ changes }) => changes),
    writes: sum(({ writes }) => writes),
    refused: sum(({ refused }) => refused),
    reads: sum(({ reads }) => reads),
    calls: sum(({ calls }) => calls),
    restarts: sum(({ restarts }) => restarts),
    longestToRightMs: Math.round(Math.max(0, ...outcomes.map(({ convergedMs }) => convergedMs))),
    seconds: Math.round(sum(({ seconds }) => seconds)),
  };
};

const tellSummary = (summary: ReturnType<typeof summarize>): void => {
  const lines = [
    `${summary.seeds} seeds in ${summary.seconds} s: ${summary.failed.length} failed`,
    ...Object.entries(summary.faults).map(
      ([fault, { seeds, failed }]) => `  ${fault}: ${seeds} seeds, ${failed} failed`,
    ),
    `${summary.writes} writes (${summary.refused} refused), ${summary.reads} reads, ${summary.calls} calls in all for ${summary.changes} changes`,
    `right after at most ${summary.longestToRightMs} ms; ${summary.restarts} processes ended and were started again`,
  ];
  process.stdout.write(`${lines.join("\n")}\n`);
};

interface Stages {
  open(): Promise<GenerateStage>;
  close(): Promise<void>;
}

const openStages = async (folder: string): Promise<Stages> => {
  if (values.real) return openRealStages();
  const base = await buildBaseSnapshot(folder);
  return { open: () => openEmbeddedStage(base), close: () => Promise.resolve() };
};

const main = async (): Promise<number> => {
  const logs = await mkdtemp(join(tmpdir(), "rearguard-faults-generate-logs-"));
  const entry = await buildBundle(logs);
  const stages = await openStages(logs);
  const outcomes: GenerateOutcome[] = [];
  const parallel = values.real ? 1 : wholeNumber("parallel", values.parallel);
  try {
    const seeds = chosenSeeds();
    const run = async (): Promise<void> => {
      for (let next = seeds.next(); next.done !== true; next = seeds.next()) {
        const stage = await stages.open();
        try {
          const outcome = await runSeed(stage, planOf(next.value), { entry, logs });
          outcomes.push(outcome);
          tellSeed(outcome);
        } finally {
          await stage.stop();
        }
      }
    };
    await Promise.all(Array.from({ length: parallel }, run));
  } finally {
    await stages.close();
  }
  const summary = summarize(outcomes);
  if (values.json) process.stdout.write(`${JSON.stringify(summary, null, 2)}\n`);
  else tellSummary(summary);
  return summary.failed.length === 0 && summary.seeds > 0 ? 0 : 1;
};

if (values.help) process.stdout.write(usage);
else process.exitCode = await main();
