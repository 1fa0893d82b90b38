import { decodeCleanupPolicy, decodeClusterCleanupPolicy } from "#api/kyverno/cleanup-policy.ts";
import type { CleanupPolicy, ClusterCleanupPolicy } from "#api/kyverno/cleanup-policy.ts";
import type { KubeObject } from "#api/meta/object-meta.ts";
import type { Decoded } from "#api/schema/decode.ts";
import { compileCleanup } from "#engine/cleanup/compile-cleanup.ts";
import { judgeCleanup } from "#engine/cleanup/judge-cleanup.ts";
import type { ScheduleFamily } from "#engine/cleanup/schedule/parse-schedule.ts";
import { matchesKind } from "#engine/match/kind-selector.ts";
import type { CleanupKind, CleanupSelection, Propagation } from "./cleanup-task.ts";

/** What a policy says, in the terms that all kinds share. */
export interface CleanupSpec {
  readonly schedule: string;
  readonly propagation?: Propagation;
  readonly selection: CleanupSelection;
}

/** One kind of policies: how its objects are read. */
export interface PolicyRow {
  readonly kind: CleanupKind;
  readonly group: string;
  readonly family: ScheduleFamily;
  readonly read: (object: KubeObject) => Decoded<CleanupSpec>;
}

function classic(
  decode: (value: unknown) => Decoded<CleanupPolicy | ClusterCleanupPolicy>,
): PolicyRow["read"] {
  return (object) => {
    const decoded = decode(object);
    if (!decoded.ok) return decoded;
    const { spec } = decoded.value;
    return {
      ok: true,
      value: {
        schedule: spec.schedule,
        ...(spec.deletionPropagationPolicy === undefined
          ? {}
          : { propagation: spec.deletionPropagationPolicy }),
        selection: classicSelection(decoded.value),
      },
    };
  };
}

const hasWildcard = (text: string): boolean => /[*?]/.test(text);

function classicSelection(policy: CleanupPolicy | ClusterCleanupPolicy): CleanupSelection {
  const compiled = compileCleanup(policy);
  const { match } = policy.spec;
  const filters = [...(match.any ?? []), ...(match.all ?? [])];
  const namespaces = new Set(filters.flatMap(({ resources }) => resources?.namespaces ?? []));
  const names = new Set(
    filters.flatMap(({ resources }) => [...(resources?.names ?? []), resources?.name ?? ""]),
  );
  return {
    ...(compiled.problem === undefined ? {} : { problem: compiled.problem }),
    selects: ({ group, version, kind }) =>
      compiled.kinds.some((selector) => matchesKind(selector, { group, version, kind }, "")),
    namedKinds: new Set(compiled.kinds.map(({ kind }) => kind).filter((kind) => !hasWildcard(kind))),
    namesNamespace: (namespace) =>
      namespaces.has(namespace) || names.has(namespace) || compiled.identity.namespace === namespace,
    judge: (input) => judgeCleanup(compiled, input),
  };
}

/** Every kind that deletes on a schedule. */
export const policyRows: readonly PolicyRow[] = [
  { kind: "CleanupPolicy", group: "kyverno.io", family: "CleanupPolicy", read: classic(decodeCleanupPolicy) },
  {
    kind: "ClusterCleanupPolicy",
    group: "kyverno.io",
    family: "CleanupPolicy",
    read: classic(decodeClusterCleanupPolicy),
  },
];
