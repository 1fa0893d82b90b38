import { cleanupUsage, parseCleanupBenchOptions } from "./cleanup/cleanup-options.ts";
import { runCleanupBench } from "./cleanup/run-cleanup.ts";
import { compareCleanupWithTargets } from "./cleanup/targets.ts";
import { cliUsage, parseCliBenchOptions } from "./cli/cli-options.ts";
import { runCliBench } from "./cli/run-cli.ts";
import { compareCliWithTargets } from "./cli/targets.ts";
import { engineUsage, parseEngineOptions } from "./engine/engine-options.ts";
import { runEngineBench } from "./engine/run-engine.ts";
import { compareEngineWithTargets } from "./engine/targets.ts";
import { celPolicies } from "./scan-cel/cel-policies.ts";
import { classicPolicies } from "./scan/classic-policies.ts";
import { generateUsage, parseGenerateOptions } from "./generate/generate-options.ts";
import { runGenerateBench } from "./generate/run-generate.ts";
import { compareGenerateWithTargets } from "./generate/targets.ts";
import { mutateUsage, parseMutateOptions } from "./mutate-existing/mutate-options.ts";
import { runMutateBench } from "./mutate-existing/run-mutate.ts";
import { compareMutateWithTargets } from "./mutate-existing/targets.ts";
import { formatTable } from "./scan/format-table.ts";
import { CorpusMissing } from "./scan/load-policies.ts";
import { runScanBench } from "./scan/run-scan.ts";
import { parseScanOptions, scanUsage, UsageError } from "./scan/scan-options.ts";
import type { ScanPolicies } from "./scan/scan-policies.ts";
import { allCountsMet, compareWithTargets } from "./scan/targets.ts";

const indented = (text: string): string => text.replaceAll(/\n(?=.)/g, "\n  ");

const usage = `Benchmarks, on a real control plane or of the engine alone. Counts and correctness decide the exit code, times do not.

  ${indented(scanUsage)}
  ${indented(engineUsage)}
  ${indented(cliUsage)}
  ${indented(cleanupUsage)}
  ${indented(generateUsage)}
  ${indented(mutateUsage)}`;

/** Ends a build of the control plane; the guard of the control plane ends everything else. */
const interruption = new AbortController();
const interrupt = (signal: NodeJS.Signals): void => {
  interruption.abort(signal);
  process.exit(signal === "SIGINT" ? 130 : 143);
};
process.on("SIGINT", interrupt).on("SIGTERM", interrupt);

/** What benches of the scan judge by. */
const scanned: readonly ScanPolicies[] = [classicPolicies, celPolicies];

const runScan = async (policies: ScanPolicies, args: readonly string[]): Promise<number> => {
  const options = parseScanOptions(args, process.env);
  if (options.help) {
    console.log(usage);
    return 0;
  }
  const { figures, needs } = await runScanBench(policies, options, interruption.signal);
  const rows = compareWithTargets(figures, needs, policies);
  console[options.json ? "error" : "log"](`\n${formatTable(rows)}\n`);
  if (options.json) console.log(JSON.stringify(figures));
  return allCountsMet(rows) ? 0 : 1;
};

const runEngine = async (args: readonly string[]): Promise<number> => {
  const { corpus, ...options } = parseEngineOptions(args, process.env);
  if (options.help) {
    console.log(usage);
    return 0;
  }
  if (corpus === undefined) throw new CorpusMissing("nobody says where they are");
  const figures = await runEngineBench({ ...options, corpus }, interruption.signal);
  const rows = compareEngineWithTargets(figures);
  console[options.json ? "error" : "log"](`\n${formatTable(rows)}\n`);
  if (options.json) console.log(JSON.stringify(figures));
  return allCountsMet(rows) ? 0 : 1;
};

const runCli = async (args: readonly string[]): Promise<number> => {
  const { conformance, ...options } = parseCliBenchOptions(args, process.env);
  if (options.help) {
    console.log(usage);
    return 0;
  }
  if (conformance === undefined) throw new CorpusMissing("nobody says where they are");
  const figures = await runCliBench({ ...options, conformance }, interruption.signal);
  const rows = compareCliWithTargets(figures);
  console[options.json ? "error" : "log"](`\n${formatTable(rows)}\n`);
  if (options.json) console.log(JSON.stringify(figures));
  return allCountsMet(rows) ? 0 : 1;
};

const runCleanup = async (args: readonly string[]): Promise<number> => {
  const options = parseCleanupBenchOptions(args);
  if (options.help) {
    console.log(usage);
    return 0;
  }
  const figures = await runCleanupBench(options, interruption.signal);
  const rows = compareCleanupWithTargets(figures);
  console[options.json ? "error" : "log"](`\n${formatTable(rows)}\n`);
  if (options.json) console.log(JSON.stringify(figures));
  return allCountsMet(rows) ? 0 : 1;
};

const runGenerate = async (args: readonly string[]): Promise<number> => {
  const options = parseGenerateOptions(args);
  if (options.help) {
    console.log(usage);
    return 0;
  }
  const figures = await runGenerateBench(options, interruption.signal);
  const rows = compareGenerateWithTargets(figures);
  console[options.json ? "error" : "log"](`\n${formatTable(rows)}\n`);
  if (options.json) console.log(JSON.stringify(figures));
  return allCountsMet(rows) ? 0 : 1;
};

const runMutate = async (args: readonly string[]): Promise<number> => {
  const options = parseMutateOptions(args);
  if (options.help) {
    console.log(usage);
    return 0;
  }
  const figures = await runMutateBench(options, interruption.signal);
  const rows = compareMutateWithTargets(figures);
  console[options.json ? "error" : "log"](`\n${formatTable(rows)}\n`);
  if (options.json) console.log(JSON.stringify(figures));
  return allCountsMet(rows) ? 0 : 1;
};

const main = async ([name, ...args]: readonly string[]): Promise<number> => {
  const policies = scanned.find((one) => one.name === name);
  if (policies !== undefined) return runScan(policies, args);
  if (name === "engine") return runEngine(args);
  if (name === "cli") return runCli(args);
  if (name === "cleanup") return runCleanup(args);
  if (name === "generate") return runGenerate(args);
  if (name === "mutate-existing") return runMutate(args);
  console.error(name === undefined || name.startsWith("-") ? usage : `there is no bench ${name}\n\n${usage}`);
  return name === "--help" || name === "-h" ? 0 : 2;
};

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  if (error instanceof CorpusMissing) {
    console.error(
      `the bench needs policies, those of pod-security among them: ${error.message}.\n` +
        "Give --corpus DIR, a folder with policies/pod-security, or set REARGUARD_CONFORMANCE to the folder above its cli.",
    );
    process.exitCode = 2;
  } else if (error instanceof UsageError) {
    console.error(`${error.message}; see npm run -s bench -- --help`);
    process.exitCode = 2;
  } else {
    console.error(error);
    process.exitCode = 1;
  }
}
