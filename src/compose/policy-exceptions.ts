import { decodePolicyException } from "#api/kyverno/exception.ts";
import type { ResourceType } from "#api/meta/resource-type.ts";
import { decodeCelPolicyException } from "#api/policies/cel-exception.ts";
import { createExceptionWatch } from "#controllers/scan/exception-watch.ts";
import type { ExceptionWatch } from "#controllers/scan/exception-watch.ts";
import { createCelExceptionIndex } from "#engine/cel-policy/cel-exception-index.ts";
import type { CelExceptionSource } from "#engine/cel-policy/cel-exception-source.ts";
import { createExceptionIndex } from "#engine/exceptions/exception-index.ts";
import type { ExceptionSource } from "#engine/exceptions/exception-source.ts";
import type { Source } from "#kube/list-watch/source.ts";
import type { PartContext } from "./part.ts";

/** The PolicyExceptions of both groups, for parts that act on objects. */
export interface PolicyExceptions {
  readonly rules: ExceptionSource;
  readonly cel: CelExceptionSource;
  /** False as long as those that are there are not all known: nothing may be done then that one of them forbids. */
  isReady(): boolean;
  /** The kinds may be served now. */
  typesChanged(): void;
  stop(): Promise<void>;
}

/** Follows PolicyExceptions where the setting honours them; undefined where it does not. */
export function followPolicyExceptions(
  {
    openSource,
    discovery,
    startSettings,
    log,
  }: Pick<PartContext, "openSource" | "discovery" | "startSettings" | "log">,
  onReady: () => void,
): PolicyExceptions | undefined {
  if (!startSettings.enablePolicyException) return undefined;
  const place = { namespace: startSettings.exceptionNamespace };
  const rules = createExceptionIndex(place);
  const cel = createCelExceptionIndex(place);
  const told = {
    onConcerned: () => {},
    onUnreadable: ({ key, problems }: { readonly key: string; readonly problems: readonly unknown[] }) =>
      log.warn("exception cannot be read", { exception: key, problems }),
  };
  const watches: readonly (readonly [group: string, watch: ExceptionWatch])[] = [
    ["kyverno.io", createExceptionWatch({ ...told, index: rules, decode: decodePolicyException })],
    ["policies.kyverno.io", createExceptionWatch({ ...told, index: cel, decode: decodeCelPolicyException })],
  ];
  const sources = new Map<string, Source>();
  const typeIn = (wanted: string): ResourceType | undefined =>
    discovery
      .types()
      .find(({ group, kind, preferred }) => group === wanted && kind === "PolicyException" && preferred);
  const open = (): void => {
    for (const [group, watch] of watches) {
      const type = typeIn(group);
      if (type === undefined || sources.has(group)) continue;
      const onSynced = (epoch: number): Promise<void> => watch.handlers.onSynced(epoch).then(onReady);
      sources.set(group, openSource({ type }, { ...watch.handlers, onSynced }));
    }
  };
  open();
  return {
    rules,
    cel,
    typesChanged: open,
    isReady: () => watches.every(([group, watch]) => watch.isSynced() || typeIn(group) === undefined),
    async stop() {
      await Promise.all([...sources.values()].map((source) => source.stop()));
    },
  };
}
