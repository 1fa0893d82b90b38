import type { ResourceType } from "#api/meta/resource-type.ts";
import type { Decoded } from "#api/schema/decode.ts";
import type { JudgingPolicy } from "#engine/compile.ts";

/** The kind of policies by which a bench of the scan judges: all that tells one such bench from another. */
export interface ScanPolicies {
  /** Of the bench, as it is typed. */
  readonly name: string;
  readonly type: ResourceType;
  /** The pod security policies of a corpus; each judges every pod. Throws CorpusMissing where there are none. */
  readonly load: (corpus: string) => Promise<readonly object[]>;
  readonly decode: (object: unknown) => Decoded<JudgingPolicy>;
  /** A policy for pods of these namespaces, which allows pods of these cohorts. */
  readonly cohortPolicy: (wanted: CohortPolicy) => object;
  /** Whether the kind can name namespaces, so that an edit leaves the pods of others alone. */
  readonly namesNamespaces: boolean;
  readonly maxCpuMsPerPod: number;
}

export interface CohortPolicy {
  readonly name: string;
  readonly namespaces: readonly string[];
  readonly allowed: readonly string[];
}
