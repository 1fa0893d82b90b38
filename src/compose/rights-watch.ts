import type { ResourceType } from "#api/meta/resource-type.ts";
import type { Clock, Timer } from "#controllers/runtime/clock.ts";
import type { Selection, Source, SourceHandlers } from "#kube/list-watch/source.ts";

/** The kinds that rights are made of. */
const kinds: ReadonlySet<string> = new Set(["ClusterRole", "ClusterRoleBinding", "Role", "RoleBinding"]);
/** Rights come in several objects; they are told of together. */
const settleMs = 1_000;

/** Tells of changes of rights in the cluster, as far as they may be watched. */
export interface RightsWatch {
  /** Begins to watch; more than one call changes nothing. */
  begin(): void;
  stop(): Promise<void>;
}

export function createRightsWatch(deps: {
  readonly openSource: (selection: Selection, handlers: SourceHandlers) => Source;
  readonly types: () => readonly ResourceType[];
  readonly clock: Clock;
  readonly onChange: () => void;
}): RightsWatch {
  let sources: readonly Source[] | undefined;
  let timer: Timer | undefined;

  const changed = (): void => {
    timer ??= deps.clock.setTimer(
      settleMs,
      () => {
        timer = undefined;
        deps.onChange();
      },
      { background: true },
    );
  };

  const open = (type: ResourceType): Source =>
    deps.openSource(
      { type, metadataOnly: true },
      {
        onListStart: () => {},
        onPage: () => Promise.resolve(),
        onEvent: () => Promise.resolve(changed()),
        // A second list means that events may have been missed.
        onSynced: (epoch) => Promise.resolve(epoch > 1 ? changed() : undefined),
        onState: () => {},
      },
    );

  return {
    begin() {
      sources ??= deps
        .types()
        .filter(
          ({ group, kind, preferred }) =>
            group === "rbac.authorization.k8s.io" && preferred && kinds.has(kind),
        )
        .map(open);
    },
    async stop() {
      timer?.cancel();
      await Promise.all((sources ?? []).map((source) => source.stop()));
    },
  };
}
