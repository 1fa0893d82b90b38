import type { Disagreement } from "./known-differences.ts";
import type { FileRun } from "./run-file.ts";
import { isPerfect } from "./score.ts";
import type { FileScore } from "./score.ts";

/** A file that was judged in full, and how it compares. */
export interface ScoredFile {
  readonly run: FileRun;
  readonly score: FileScore;
  readonly disagreement: Disagreement | undefined;
}

const maxFilesShown = 20;

/** The one table that a run prints: what agrees, what does not, what is missing. */
export function renderSummary(scored: readonly ScoredFile[], notYet: readonly FileRun[]): string {
  const slice = scored.filter(({ run }) => run.inSlice);
  const others = scored.filter(({ run }) => !run.inSlice);
  const lines = [
    row(["", "files", "perfect", "differing", "verdicts", "messages"]),
    totals("slice", slice),
    totals("others, judged", others),
    row(["others, not yet", String(notYet.length)]),
    ...missingFeatures(notYet),
    row(["known differences", String(scored.filter(isExcused).length)]),
    ...differences(scored),
  ];
  return lines.map((line) => line.trimEnd()).join("\n");
}

/** Differs from its record, and the checked-in list says why. */
function isExcused({ score, disagreement }: ScoredFile): boolean {
  return disagreement === undefined && (!isPerfect(score) || score.wording.length > 0);
}

const widths = [36, 7, 9, 11, 26, 26];

function row(cells: readonly string[]): string {
  return cells.map((cell, index) => cell.padEnd(widths[index] ?? 0)).join("");
}

function totals(name: string, files: readonly ScoredFile[]): string {
  const sum = (of: (score: FileScore) => number): number =>
    files.reduce((total, { score }) => total + of(score), 0);
  return row([
    name,
    String(files.length),
    String(files.filter(({ score }) => isPerfect(score)).length),
    String(files.filter(({ disagreement }) => disagreement !== undefined).length),
    share(
      sum((score) => score.agreed),
      sum((score) => score.union),
    ),
    share(
      sum((score) => score.sameMessages),
      sum((score) => score.comparableMessages),
    ),
  ]);
}

function share(part: number, whole: number): string {
  if (whole === 0) return "nothing to compare";
  return `${((100 * part) / whole).toFixed(2)} % (${part} of ${whole})`;
}

/** How many files each missing feature keeps out; a file may miss several. */
function missingFeatures(notYet: readonly FileRun[]): readonly string[] {
  const counts = new Map<string, number>();
  for (const { features } of notYet) {
    for (const feature of features) counts.set(feature, (counts.get(feature) ?? 0) + 1);
  }
  return [...counts]
    .toSorted(([a, countOfA], [b, countOfB]) => countOfB - countOfA || (a < b ? -1 : 1))
    .map(([feature, count]) => row([`  ${feature}`, String(count)]));
}

function differences(scored: readonly ScoredFile[]): readonly string[] {
  const found = scored
    .flatMap(({ disagreement, run }) => (disagreement === undefined ? [] : [{ disagreement, run }]))
    .toSorted((a, b) => weight(b.disagreement) - weight(a.disagreement));
  const shown = found.slice(0, maxFilesShown).flatMap(({ disagreement, run }) => describe(disagreement, run));
  const rest = found.length - maxFilesShown;
  return [...shown, ...(rest > 0 ? [`… and ${rest} more files`] : [])];
}

function weight({ missing, extra, wording, objects, status }: Disagreement): number {
  return 1000 * (missing.length + extra.length + objects + (status ? 1 : 0)) + wording.length;
}

function describe(disagreement: Disagreement, { golden, record, inSlice }: FileRun): readonly string[] {
  const { missing, extra, wording, status } = disagreement;
  const [firstWording] = wording;
  const example = (name: string, keys: readonly string[]): readonly string[] =>
    keys[0] === undefined ? [] : [`    ${keys.length} ${name}, for example: ${keys[0]}`];
  return [
    `- ${disagreement.file}${inSlice ? " (slice)" : ""}`,
    ...(status ? [`    status: recorded ${golden.record.status}, here ${record.status}`] : []),
    ...example("missing", missing),
    ...example("extra", extra),
    ...(firstWording === undefined
      ? []
      : [
          `    ${wording.length} messages, for example of ${firstWording.key}`,
          `      recorded ${cut(firstWording.wanted)}`,
          `      here     ${cut(firstWording.got ?? "")}`,
        ]),
  ];
}

function cut(text: string): string {
  return text.length <= 240 ? text : `${text.slice(0, 239)}…`;
}
