/** What all classic policies at once take on the recorded bundle. */
export interface ThroughputFigures {
  readonly policyFiles: number;
  readonly results: number;
  readonly wallSeconds: number;
  readonly cpuSeconds: number;
  readonly peakMiB: number;
}

/** The peak of memory of two scans that differ in nothing but the number of objects. */
export interface GrowthFigures {
  readonly what: string;
  /** The growth must keep its limit; otherwise it is only shown. */
  readonly decides: boolean;
  readonly resources: number;
  readonly results: number;
  readonly smallMiB: number;
  readonly largeMiB: number;
  readonly cpuSeconds: number;
}

/** Milliseconds, the median of several runs. */
export interface StartFigures {
  readonly helpMs: number;
  readonly helpCpuMs: number;
  readonly nodeMs: number;
}

export interface CliFigures {
  readonly throughput: ThroughputFigures;
  readonly growth: readonly GrowthFigures[];
  readonly start: StartFigures;
}
