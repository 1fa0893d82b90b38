import type { Cell, Mechanism } from "./matrix-cell.ts";

/** Why the world is not what it must be; undefined where it is. */
export type Check = () => Promise<string | undefined>;

/** Prepares and does something, and says what the world must be from then on. */
export type CellRun = (cell: Cell) => Promise<Check>;

/** Why a cell is no test. */
export interface NoTest {
  readonly why: string;
}

/** An event, and for each mechanism what it must lead to. */
export interface Row {
  readonly event: string;
  readonly cells: readonly (readonly [Mechanism, CellRun | NoTest])[];
}

type Outcome = (cell: Cell) => Check;

/** Made, with the labels and the content that the policy wants now. */
export const made: Outcome = (cell) => () => cell.whyNotMade();
/** The same objects as before, with the content that the policy wants now. */
export const inPlace: Outcome = (cell) => () => cell.whyNotInPlace();
/** The same objects with the content that they had. */
export const untouched: Outcome = (cell) => () => cell.whyNotUntouched();
export const gone: Outcome = (cell) => () => cell.whyNotGone();

export const every =
  (...checks: readonly Check[]): Check =>
  async () => {
    for (const check of checks) {
      const wrong = await check();
      if (wrong !== undefined) return wrong;
    }
    return undefined;
  };

/** One preparation and act for several mechanisms, each with its own outcome. */
export const row = (
  event: string,
  act: (cell: Cell) => Promise<unknown>,
  outcomes: readonly (readonly [Mechanism, Outcome | NoTest])[],
): Row => ({
  event,
  cells: outcomes.map(([mechanism, outcome]) => [
    mechanism,
    typeof outcome === "function"
      ? async (cell: Cell): Promise<Check> => {
          await act(cell);
          return outcome(cell);
        }
      : outcome,
  ]),
});
