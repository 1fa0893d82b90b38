/** What one policy did. */
export interface CleanupRunFigures {
  readonly deleted: number;
  /** Objects that came under the name of a stale one, are not stale, and went. */
  readonly wrongDeletes: number;
  readonly deleteCallsPerObject: number;
  readonly listPages: number;
  /** Single reads, of objects that changed under its hands. */
  readonly reads: number;
  readonly seconds: number;
  readonly bareClientSeconds: number;
  readonly peakRssMiB: number;
}

/** Everything that the bench measures. */
export interface CleanupFigures {
  readonly objects: number;
  readonly matching: number;
  readonly recreated: number;
  readonly cleanupPolicy: CleanupRunFigures;
  readonly deletingPolicy: CleanupRunFigures;
  readonly ttl: {
    readonly objects: number;
    readonly deleted: number;
    /** Of 1: deleted within a second of their time. */
    readonly withinOneSecond: number;
  };
}
