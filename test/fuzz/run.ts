import { formatCounts, formatFinding } from "./format-report.ts";
import { fuzzUsage, FuzzUsageError, parseFuzzOptions } from "./fuzz-options.ts";
import { runSuites } from "./run-suites.ts";
import { fuzzSuites } from "./suites.ts";

const main = async (args: readonly string[]): Promise<number> => {
  const randomSeed = Math.floor(Math.random() * 2 ** 31);
  const options = parseFuzzOptions(
    args,
    randomSeed,
    fuzzSuites.map(({ name }) => name),
  );
  if (options.help) {
    console.log(fuzzUsage);
    return 0;
  }
  const chosen = fuzzSuites.filter(
    ({ name }) => options.suites.length === 0 || options.suites.includes(name),
  );
  console.log(`seed ${options.seed}`);
  const report = await runSuites(chosen, {
    ms: options.ms,
    seed: options.seed,
    clock: { now: () => performance.now() },
  });
  console.log(formatCounts(report));
  for (const finding of report.findings) console.error(`\n${formatFinding(finding)}`);
  return report.findings.length === 0 ? 0 : 1;
};

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof FuzzUsageError)) throw error;
  console.error(`${error.message}\n\n${fuzzUsage}`);
  process.exitCode = 2;
}
