import type { Finding, FuzzReport } from "./run-suites.ts";

/** The table of counts for people. */
export const formatCounts = ({ suites }: FuzzReport): string => {
  const width = Math.max(...suites.map(({ suite }) => suite.length));
  return suites
    .map(
      ({ suite, properties, tried }) =>
        `${suite.padEnd(width)}  ${String(properties).padStart(2)} properties  ${String(tried).padStart(10)} values`,
    )
    .join("\n");
};

/** A finding with the command that shows it again. */
export const formatFinding = ({ suite, title, seed, example, reason }: Finding): string =>
  [
    `${suite}: it is not true that it ${title}`,
    `  smallest example: ${example}`,
    `  ${reason.replaceAll("\n", "\n  ")}`,
    `  again with: npm run -s fuzz -- --seconds 1 --suite ${suite} --seed ${seed}`,
  ].join("\n");
