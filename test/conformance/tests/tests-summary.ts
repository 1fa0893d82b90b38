import { isPerfect } from "../matrix/score.ts";
import type { FileScore } from "../matrix/score.ts";
import type { ScoredTest, TestRun } from "./run-tests.ts";

const maxTestsShown = 20;

/** What agrees, what does not, and what is missing, for people. */
export function renderTestsSummary(scored: readonly ScoredTest[], notYet: readonly TestRun[]): string {
  const sum = (of: (score: FileScore) => number): number =>
    scored.reduce((total, { score }) => total + of(score), 0);
  const differing = scored.filter(({ disagreement }) => disagreement !== undefined);
  const excused = scored.filter(
    ({ score, disagreement }) =>
      disagreement === undefined && (!isPerfect(score) || score.wording.length > 0),
  );
  const head = [
    `tests: ${scored.length} run`,
    `${scored.filter(({ score }) => isPerfect(score)).length} perfect`,
    `${differing.length} differing`,
    `rows ${share(
      sum(({ agreed }) => agreed),
      sum(({ union }) => union),
    )}`,
    `messages ${share(
      sum(({ sameMessages }) => sameMessages),
      sum(({ comparableMessages }) => comparableMessages),
    )}`,
    `exit codes ${share(scored.filter(({ score }) => score.sameStatus).length, scored.length)}`,
    `known differences ${excused.length}`,
    `not yet ${notYet.length}`,
  ];
  return [head.join(", "), ...missingFeatures(notYet), ...describeAll(differing)].join("\n");
}

function share(part: number, whole: number): string {
  if (whole === 0) return "nothing to compare";
  return `${((100 * part) / whole).toFixed(2)} % (${part} of ${whole})`;
}

/** How many tests each missing feature keeps out; a test may miss several. */
function missingFeatures(notYet: readonly TestRun[]): readonly string[] {
  const counts = new Map<string, number>();
  for (const { record } of notYet) {
    for (const feature of record.features ?? []) counts.set(feature, (counts.get(feature) ?? 0) + 1);
  }
  return [...counts]
    .toSorted(([a, countOfA], [b, countOfB]) => countOfB - countOfA || (a < b ? -1 : 1))
    .map(([feature, count]) => `  ${feature.padEnd(34)} ${count}`);
}

function describeAll(differing: readonly ScoredTest[]): readonly string[] {
  const rest = differing.length - maxTestsShown;
  return [
    ...differing.slice(0, maxTestsShown).flatMap(describeOne),
    ...(rest > 0 ? [`… and ${rest} more tests`] : []),
  ];
}

function describeOne({ run: { golden, record }, disagreement }: ScoredTest): readonly string[] {
  if (disagreement === undefined) return [];
  const { file, missing, extra, wording, status } = disagreement;
  const [text] = wording;
  return [
    `- ${file}`,
    ...(status ? [`    exit code: recorded ${golden.record.exit}, here ${record.exit}`] : []),
    ...(record.errors ?? []).map((error) => `    ${error}`),
    ...missing.slice(0, 1).map((key) => `    ${missing.length} missing, for example: ${key}`),
    ...extra.slice(0, 1).map((key) => `    ${extra.length} extra, for example: ${key}`),
    ...(text === undefined
      ? []
      : [
          `    ${wording.length} messages, for example of ${text.key}`,
          `      recorded ${text.wanted}`,
          `      here     ${text.got ?? ""}`,
        ]),
  ];
}
