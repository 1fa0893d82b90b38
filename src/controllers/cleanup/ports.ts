import type { ResourceType } from "#api/meta/resource-type.ts";
import type { Budget } from "#engine/budget.ts";
import type { CelExceptionSource } from "#engine/cel-policy/cel-exception-source.ts";
import type { ContextRequest, ContextSource, PermissionScope } from "#engine/context/context-source.ts";
import type { DeletedObject } from "#engine/cleanup/journal/journal-entry.ts";
import type { ProtectedMetadata } from "#engine/cleanup/protection.ts";
import type { KubeClient } from "#kube/client/kube-client.ts";

/** Data that conditions ask for, remembered for one run. */
export interface RunContext extends ContextSource {
  settle(requests: readonly ContextRequest[], scope: PermissionScope): Promise<void>;
}

/** What is known of a namespace while a run goes on. */
export type NamespaceFacts = Required<Pick<ProtectedMetadata, "labels" | "annotations">>;

/** Keeps what is deleted. Nothing is deleted that it could not keep. */
export interface Journal {
  /** Resolves when the objects are written down for good. Rejects with a `JournalFailure`. */
  keep(objects: readonly DeletedObject[]): Promise<void>;
}

/** Everything of the world that a run touches. */
export interface RunWorld {
  readonly client: Pick<KubeClient, "get" | "listPage" | "delete" | "patch">;
  readonly now: () => number;
  readonly seed: () => number;
  readonly budget: () => Budget;
  readonly openContext: () => RunContext;
  /** Exceptions from DeletingPolicies; absent where they are not honoured. */
  readonly celExceptions?: CelExceptionSource;
  /** Resolves when everything that verdicts depend on is known; rejects where it cannot be, and then nothing is judged. */
  readonly ready?: () => Promise<void>;
  /** Objects that the operator is told to leave alone. */
  readonly isFiltered: (subject: {
    readonly type: ResourceType;
    readonly namespace: string;
    readonly name: string;
  }) => boolean;
  readonly ownNamespace: string;
  readonly pageSize: number;
  /** Deletes that are under way at once. */
  readonly concurrency: number;
  readonly journal?: Journal;
}
