import type { ResourceType } from "#api/meta/resource-type.ts";
import { decodeCelPolicyException } from "#api/policies/cel-exception.ts";
import { createExceptionWatch } from "#controllers/scan/exception-watch.ts";
import { createCelExceptionIndex } from "#engine/cel-policy/cel-exception-index.ts";
import type { CelExceptionSource } from "#engine/cel-policy/cel-exception-source.ts";
import type { Source, SourceState } from "#kube/list-watch/source.ts";
import type { PartContext } from "./part.ts";

/** The PolicyExceptions that keep objects from DeletingPolicies. */
export interface CleanupExceptions {
  readonly source: CelExceptionSource;
  /** Resolves when they are known; rejects where they cannot be read: then nothing may be deleted. */
  ready(): Promise<void>;
  /** The kind may be served now. */
  typesChanged(): void;
  stop(): Promise<void>;
}

/** Follows PolicyExceptions of `policies.kyverno.io`, where the setting honours them; undefined where it does not. */
export function followCleanupExceptions(
  context: Pick<PartContext, "openSource" | "discovery" | "startSettings" | "log">,
): CleanupExceptions | undefined {
  const { openSource, discovery, startSettings, log } = context;
  if (!startSettings.enablePolicyException) return undefined;
  const index = createCelExceptionIndex({ namespace: startSettings.exceptionNamespace });
  const watch = createExceptionWatch({
    index,
    decode: decodeCelPolicyException,
    onConcerned: () => {},
    onUnreadable: ({ key, problems }) => log.warn("exception cannot be read", { exception: key, problems }),
  });
  let source: Source | undefined;
  let ended = false;
  let news = Promise.withResolvers<void>();
  const tell = (): void => {
    news.resolve();
    news = Promise.withResolvers<void>();
  };
  const isKind = ({ group, kind, preferred }: ResourceType): boolean =>
    group === "policies.kyverno.io" && kind === "PolicyException" && preferred;

  const open = (): void => {
    const type = discovery.types().find(isKind);
    if (type === undefined) return;
    source ??= openSource(
      { type },
      {
        ...watch.handlers,
        onSynced: (epoch) => watch.handlers.onSynced(epoch).then(tell),
        onState: (_state: SourceState) => tell(),
      },
    );
  };
  open();
  return {
    source: index,
    typesChanged: open,
    async ready() {
      while (!watch.isSynced()) {
        const state = source?.state();
        if (state === undefined) return;
        if (ended) throw new Error("stopping");
        if (state.kind === "degraded") throw new Error(`PolicyExceptions cannot be read: ${state.reason}`);
        await news.promise;
      }
    },
    async stop() {
      ended = true;
      tell();
      await source?.stop();
    },
  };
}
