/** One wave of copies: all are made, or all follow an edit of the source. */
export interface CopyFigures {
  /** Copies that hold what the source holds. */
  readonly right: number;
  /** Calls of the operator for each copy, reports, events and Leases apart. */
  readonly callsPerCopy: number;
  readonly reportsPerTrigger: number;
  readonly events: number;
  /** Pages of lists, of all kinds together. */
  readonly listPages: number;
  /** Single reads of copies. */
  readonly reads: number;
  readonly refusedWrites: number;
  readonly seconds: number;
  /** The same writes, and as many reports, by a program that does nothing else. */
  readonly bareClientSeconds: number;
}

/** Everything that the bench measures. */
export interface GenerateFigures {
  readonly policy: "classic" | "gpol";
  readonly copies: number;
  readonly creation: CopyFigures;
  readonly edit: CopyFigures;
  /** What a restart writes when nothing has changed. */
  readonly restartWrites: number;
  readonly peakRssMiB: number;
}
