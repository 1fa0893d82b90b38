/** Everything that the bench measures. */
export interface MutateFigures {
  readonly policy: "classic" | "mpol";
  readonly targets: number;
  /** Targets that are as the policy wants them. */
  readonly right: number;
  readonly writesPerTarget: number;
  /** Single reads of targets. */
  readonly reads: number;
  readonly listPages: number;
  readonly refusedWrites: number;
  readonly reports: number;
  readonly events: number;
  /** Of a second trigger that wants the same. */
  readonly secondPassWrites: number;
  readonly seconds: number;
  /** Listing once and the same writes by a program that does nothing else. */
  readonly bareClientSeconds: number;
  readonly peakRssMiB: number;
}
