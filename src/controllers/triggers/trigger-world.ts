import type { KubeObject } from "#api/meta/object-meta.ts";
import type { ResourceType } from "#api/meta/resource-type.ts";
import type { Clock } from "#controllers/runtime/clock.ts";
import type { KubeClient } from "#kube/client/kube-client.ts";
import type { Selection, Source, SourceHandlers } from "#kube/list-watch/source.ts";
import type { Logger } from "#telemetry/logger.ts";
import type { CheckpointStore } from "./checkpoint.ts";

/** Everything of the world that the feed touches. */
export interface TriggerWorld {
  readonly client: Pick<KubeClient, "get">;
  readonly openSource: (selection: Selection, handlers: SourceHandlers) => Source;
  readonly types: () => readonly ResourceType[];
  /** Reads a kind in pages. */
  readonly list: (
    type: ResourceType,
    namespace: string | undefined,
    handle: (objects: readonly KubeObject[]) => Promise<void>,
  ) => Promise<unknown>;
  /** Hashes what rules can see of an object, without its status. */
  readonly hash: (object: KubeObject) => string;
  /** Objects that the operator is told to leave alone. */
  readonly isFiltered: (subject: {
    readonly type: ResourceType;
    readonly namespace: string;
    readonly name: string;
  }) => boolean;
  readonly checkpoints: CheckpointStore;
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: Logger;
  readonly signal: AbortSignal;
  readonly limits: {
    /** Objects that are held for their first try, together. */
    readonly maxHeldObjects: number;
    readonly maxOldObjectBytes: number;
    /** Failing triggers that a checkpoint remembers. */
    readonly maxFailing: number;
    /** Between two checkpoints. */
    readonly checkpointMs: number;
  };
}
