/** What `npm run bench -- scan --json` and `scan-cel --json` print. Names and meaning stay. */
export interface ScanFigures {
  readonly pods: number;
  readonly policies: number;
  readonly first: {
    readonly writesPerResource: number;
    readonly eventWritesPerResource: number;
    readonly readsPerResource: number;
    readonly cpuMsPerResource: number;
    readonly wallSeconds: number;
    readonly bareClientSeconds: number;
    readonly peakRssMiB: number;
  };
  /** Policies compiled by the first scan and the rescan together. */
  readonly compilations: number;
  readonly rescan: { readonly reportWrites: number; readonly eventWrites: number };
  readonly restart: { readonly reportWrites: number; readonly eventWrites: number };
  readonly policyEdit: {
    readonly evaluations: number;
    readonly compilations: number;
    readonly reportWrites: number;
    readonly seconds: number;
  };
  readonly edits: { readonly count: number; readonly p50Ms: number; readonly p99Ms: number };
  /** Only with `--heap`. */
  readonly heap?: { readonly restMiB: number; readonly bytesPerFurtherObject: number };
  readonly correct: boolean;
}

/** What the edited policy makes necessary: known beforehand, because the pods are. */
export interface PolicyEditNeeds {
  /** Pods that the policy matches. */
  readonly matching: number;
  /** Pods whose verdict the edit changes. */
  readonly changing: number;
}
