/** Rows with the same verdict and message; resources as prefix `apiVersion/Kind/namespace` → names. */
export interface MatrixGroup {
  readonly policy: string;
  readonly rule: string;
  readonly result: string;
  /** Null where a recorded message cannot be compared. */
  readonly message: string | null;
  readonly properties?: Readonly<Record<string, string>>;
  readonly resources: Readonly<Record<string, readonly string[]>>;
}

/** What one policy file says of all objects of the bundle, as recorded or as we have it. */
export interface MatrixRecord {
  readonly format: 1;
  readonly policyFile: string;
  readonly kinds: readonly string[];
  readonly tests: readonly string[];
  readonly setup?: readonly string[];
  readonly status: string;
  readonly counts?: Readonly<Record<string, number>>;
  readonly policies?: Readonly<Record<string, unknown>>;
  readonly groups?: readonly MatrixGroup[];
  readonly errors?: unknown;
  readonly messages?: readonly string[];
  readonly mutated?: Digests;
  readonly targets?: NestedDigests;
  readonly generated?: NestedDigests;
  readonly unstable?: boolean;
  /** Ours only: what is missing, where the file cannot be judged yet. */
  readonly features?: readonly string[];
}

/** Policy → trigger → digest. */
export type Digests = Readonly<Record<string, Readonly<Record<string, string>>>>;
/** Policy → trigger → object → digest. */
export type NestedDigests = Readonly<
  Record<string, Readonly<Record<string, Readonly<Record<string, string>>>>>
>;
