import { startJudging } from "../judge.ts";
import type { Judgement, Needs, PolicyVerdict } from "../judge.ts";
import type { ScanResource } from "../resources/scan-resource.ts";

/** How often an object may ask for more data before it is given up. */
const maxRounds = 50;

/** Judges an object, loading what its policies ask for. Rejects where they never stop asking. */
export async function judgeInRounds(
  judgement: Judgement,
  resource: ScanResource,
  load: (needs: readonly Needs[]) => Promise<void>,
): Promise<readonly PolicyVerdict[]> {
  for (let round = 0; round < maxRounds; round += 1) {
    const judging = startJudging(judgement, resource);
    if (judging.kind === "judged") return judging.verdicts;
    await load(judging.needs);
  }
  throw new Error(`policies asked for data in ${maxRounds} rounds without end`);
}
