import { parseArgs } from "node:util";
import { createSeededRandom } from "#test/faults/seeded-random.ts";
import type { CelValue } from "#engine/cel/values/cel-value.ts";
import { askCelGo, buildCelGo } from "./cel/cel-go.ts";
import { differenceOf } from "./cel/compare-answers.ts";
import type { DifferenceKind } from "./cel/compare-answers.ts";
import { explanationOf } from "./cel/explained-differences.ts";
import { fuzzObjects, randomExpression } from "./cel/expression-grammar.ts";
import { ourAnswer } from "./cel/our-answer.ts";
import type { FuzzAnswer } from "./cel/our-answer.ts";

const usage = `Evaluates random CEL expressions with our engine and with cel-go in the API server's environment.

  node test/fuzz/cel.ts [--count N] [--seed N] [--show N]

  --count N   expressions (default 10000)
  --seed N    the same seed makes the same expressions (default 1)
  --show N    differences that are shown of each kind (default 5)

It builds cel-go through the Go module proxy, and fails where the two differ and nothing in
test/fuzz/cel/explained-differences.ts says why.`;

const { values } = parseArgs({
  options: {
    count: { type: "string", default: "10000" },
    seed: { type: "string", default: "1" },
    show: { type: "string", default: "5" },
    help: { type: "boolean", short: "h" },
  },
});
if (values.help === true) console.log(usage);
else await main(Number(values.count), Number(values.seed), Number(values.show));

async function main(count: number, seed: number, show: number): Promise<void> {
  const program = await buildCelGo();
  const tally = new Map<string, number>();
  const unexplained = new Map<DifferenceKind, number>();
  const batch = 20_000;
  for (let from = 0; from < count; from += batch) {
    const random = createSeededRandom(seed * 1_000_003 + from);
    const cases = Array.from({ length: Math.min(batch, count - from) }, () => ({
      expression: randomExpression(random),
      object: random.pick(fuzzObjects),
    }));
    const questions = cases.map(({ expression, object }) =>
      JSON.stringify({ expression: expression.text, object }),
    );
    const theirs = await askCelGo(program, questions);
    for (const [index, { expression, object }] of cases.entries()) {
      const ours = ourAnswer(expression.text, object as CelValue);
      const other = theirs[index] ?? { cost: 0 };
      const difference = differenceOf(expression, ours, other);
      const explanation =
        difference === undefined ? undefined : explanationOf(difference, expression.text, ours, other);
      const outcome =
        difference === undefined
          ? (ours.issue && "equal issues") || (ours.error && "equal errors") || "equal values"
          : (explanation ?? `unexplained: ${difference}`);
      tally.set(outcome, (tally.get(outcome) ?? 0) + 1);
      if (difference === undefined || explanation !== undefined) continue;
      const seen = (unexplained.get(difference) ?? 0) + 1;
      unexplained.set(difference, seen);
      if (seen <= show) {
        console.log(`${difference}: ${expression.text}\n  object ${JSON.stringify(object)}`);
        console.log(`  ours   ${shown(ours, other)}\n  cel-go ${shown(other, ours)}`);
      }
    }
  }
  for (const [outcome, number] of Array.from(tally).sort((left, right) => right[1] - left[1])) {
    console.log(`${String(number).padStart(8)}  ${outcome}`);
  }
  const total = Array.from(unexplained.values()).reduce((sum, number) => sum + number, 0);
  console.log(`${count} expressions, ${total} unexplained differences`);
  if (total > 0) process.exitCode = 1;
}

/** An answer; of issues only those that the other does not have. */
function shown(answer: FuzzAnswer, other: FuzzAnswer): string {
  const { issue } = answer;
  if (issue === undefined) return JSON.stringify(answer);
  const lines = (text: string | undefined): readonly string[] =>
    (text ?? "").split("\n").filter((line) => !line.startsWith(" |"));
  const others = new Set(lines(other.issue));
  return lines(issue)
    .filter((line) => !others.has(line))
    .join(" / ");
}
