import type { ResourceType } from "#api/meta/resource-type.ts";
import type { Clock } from "#controllers/runtime/clock.ts";
import type { Selection, Source, SourceHandlers, SourceState } from "#kube/list-watch/source.ts";
import type { BindingKind, PolicyKind } from "./policy-kinds.ts";
import type { PolicyWatch } from "./policy-watch.ts";
import { untilAborted } from "./until-aborted.ts";

/** How a source stands that everything depends on. */
export interface InputStanding {
  /** `clusterpolicies.kyverno.io`, `namespaces`. */
  readonly resource: string;
  readonly state: SourceState;
  /** Monotonic ms since when. */
  readonly sinceMs: number;
}

export interface SharedInputsDeps {
  readonly openSource: (selection: Selection, handlers: SourceHandlers) => Source;
  readonly types: () => readonly ResourceType[];
  readonly policies: Pick<PolicyWatch, "handlersOf" | "isSynced">;
  readonly namespaces: SourceHandlers;
  /** The kinds of policies that are judged by. */
  readonly policyKinds: readonly PolicyKind[];
  readonly bindings: readonly { readonly kind: BindingKind; readonly handlers: SourceHandlers }[];
  /** PolicyExceptions by their API group, where they are honoured. */
  readonly exceptions: readonly {
    readonly group: string;
    readonly handlers: SourceHandlers;
    isSynced(): boolean;
  }[];
  readonly onState: () => void;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/** What is read before anything can be judged, and watched for as long as something is: policies and Namespaces. */
export interface SharedInputs {
  /** Opens what is served and not open yet: CRDs may come later. */
  open(): void;
  /** Resolves when policies and Namespaces are known, and rejects when the process stops. */
  known(): Promise<void>;
  /** What is waited for, for people; undefined where everything was read. */
  waitingFor(): string | undefined;
  readonly standings: ReadonlyMap<string, InputStanding>;
  stop(): Promise<void>;
}

const exceptionKind = "PolicyException";

function resourceName({ group, resource }: ResourceType): string {
  return group === "" ? resource : `${resource}.${group}`;
}

export function createSharedInputs(deps: SharedInputsDeps): SharedInputs {
  const { types, policies, policyKinds, clock, signal } = deps;
  const sources = new Map<string, Source>();
  const standings = new Map<string, InputStanding>();
  const complete = Promise.withResolvers<void>();
  let namespacesKnown = false;

  const openOne = (type: ResourceType, metadataOnly: boolean, handlers: SourceHandlers): void => {
    const resource = resourceName(type);
    if (sources.has(resource)) return;
    const note = (state: SourceState): void => {
      standings.set(resource, { resource, state, sinceMs: clock.monotonicMs() });
    };
    note({ kind: "syncing" });
    const source = deps.openSource(metadataOnly ? { type, metadataOnly } : { type }, {
      ...handlers,
      onSynced: async (epoch) => {
        await handlers.onSynced(epoch);
        if (type.kind === "Namespace") namespacesKnown = true;
        if (waitingFor() === undefined) complete.resolve();
      },
      onState: (state) => {
        note(state);
        if (waitingFor() === undefined) complete.resolve();
        deps.onState();
      },
    });
    sources.set(resource, source);
  };

  /** A kind that not everybody has, and that cannot be read: the others are judged by meanwhile. */
  const isGivenUp = (row: PolicyKind): boolean => {
    const type = row.required === true ? undefined : servedType(types(), row);
    return type !== undefined && standings.get(resourceName(type))?.state.kind === "degraded";
  };

  const waitingFor = (): string | undefined => {
    const degraded = [...standings.values()]
      .map(({ state }) => state)
      .find(({ kind }) => kind === "degraded");
    const reason = degraded?.kind === "degraded" ? degraded.reason : undefined;
    const served = policyKinds.filter((row) => servedType(types(), row) !== undefined);
    if (!served.some(({ kind }) => kind === "ClusterPolicy")) {
      return "the API server does not serve kyverno.io ClusterPolicy: install the CRDs (crds/)";
    }
    if (!served.every((row) => policies.isSynced(row.kind) || isGivenUp(row))) {
      return reason ?? "policies are being read";
    }
    const areExceptionsKnown = deps.exceptions.every(
      (watch) => watch.isSynced() || servedType(types(), { ...watch, kind: exceptionKind }) === undefined,
    );
    if (!areExceptionsKnown) return reason ?? "exceptions are being read";
    return namespacesKnown ? undefined : (reason ?? "Namespaces are being read");
  };

  return {
    open() {
      for (const row of policyKinds) {
        const type = servedType(types(), row);
        if (type !== undefined) openOne(type, false, policies.handlersOf(row));
      }
      for (const { kind, handlers } of deps.bindings) {
        const type = servedType(types(), kind);
        if (type !== undefined) openOne(type, false, handlers);
      }
      for (const { group, handlers } of deps.exceptions) {
        const type = servedType(types(), { group, kind: exceptionKind });
        if (type !== undefined) openOne(type, false, handlers);
      }
      const namespace = servedType(types(), { group: "", kind: "Namespace" });
      if (namespace !== undefined) openOne(namespace, true, deps.namespaces);
      if (waitingFor() === undefined) complete.resolve();
    },
    known: () => untilAborted(complete.promise, signal),
    waitingFor,
    standings,
    async stop() {
      await Promise.all([...sources.values()].map((source) => source.stop()));
    },
  };
}

function servedType(
  types: readonly ResourceType[],
  { group, kind }: { readonly group: string; readonly kind: string },
): ResourceType | undefined {
  return types.find((type) => type.group === group && type.kind === kind && type.preferred);
}
