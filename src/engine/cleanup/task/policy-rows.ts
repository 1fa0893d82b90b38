import { decodeCleanupPolicy, decodeClusterCleanupPolicy } from "#api/kyverno/cleanup-policy.ts";
import type { CleanupPolicy, ClusterCleanupPolicy } from "#api/kyverno/cleanup-policy.ts";
import type { KubeObject } from "#api/meta/object-meta.ts";
import type { Decoded } from "#api/schema/decode.ts";
import { decodeDeletingPolicy, decodeNamespacedDeletingPolicy } from "#api/policies/deleting-policy.ts";
import type { DeletingPolicy, NamespacedDeletingPolicy } from "#api/policies/deleting-policy.ts";
import { compileCleanup } from "../compile-cleanup.ts";
import { judgeCleanup } from "../judge-cleanup.ts";
import type { ScheduleFamily } from "../schedule/parse-schedule.ts";
import { compileDeletingPolicy } from "../../deleting-policy/compile-deleting-policy.ts";
import type { CompiledDeletingPolicy } from "../../deleting-policy/compile-deleting-policy.ts";
import { judgeDeletingPolicy } from "../../deleting-policy/judge-deleting-policy.ts";
import { matchesKind } from "../../match/kind-selector.ts";
import { celWarnings, classicWarnings } from "./selection-warnings.ts";
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
    warnings: classicWarnings(policy),
    selects: ({ group, version, kind }) =>
      compiled.kinds.some((selector) => matchesKind(selector, { group, version, kind }, "")),
    namesKind: ({ kind }) => compiled.kinds.some((selector) => selector.kind === kind && !hasWildcard(kind)),
    namesNamespace: (namespace) =>
      namespaces.has(namespace) || names.has(namespace) || compiled.identity.namespace === namespace,
    judge: (input) => judgeCleanup(compiled, input),
  };
}

function cel(
  decode: (value: unknown) => Decoded<DeletingPolicy | NamespacedDeletingPolicy>,
): PolicyRow["read"] {
  return (object) => {
    const decoded = decode(object);
    if (!decoded.ok) return decoded;
    const compiled = compileDeletingPolicy(decoded.value);
    const { propagation, problem } = compiled;
    return {
      ok: true,
      value: {
        schedule: decoded.value.spec.schedule,
        ...(propagation === undefined ? {} : { propagation }),
        selection: {
          ...(problem === undefined ? {} : { problem }),
          warnings: celWarnings(decoded.value),
          ...celTargets(compiled, decoded.value.spec),
          judge: (input) => judgeDeletingPolicy(compiled, input),
        },
      },
    };
  };
}

/** A resource that a rule names, in the version that it names: a wildcard names nothing. */
function celTargets(
  { resources, identity }: CompiledDeletingPolicy,
  spec: object,
): Omit<CleanupSelection, "problem" | "warnings" | "judge"> {
  const selects: CleanupSelection["selects"] = ({ group, version, resource }) =>
    resources.some(
      (named) => named.group === group && named.version === version && named.resource === resource,
    );
  const text = JSON.stringify(spec, (_key, value: unknown) =>
    typeof value === "bigint" ? String(value) : value,
  );
  return {
    selects,
    namesKind: selects,
    // Selectors and expressions may name a namespace in many ways; its name stands in all of them.
    namesNamespace: (namespace) => identity.namespace === namespace || text.includes(namespace),
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
  {
    kind: "DeletingPolicy",
    group: "policies.kyverno.io",
    family: "DeletingPolicy",
    read: cel(decodeDeletingPolicy),
  },
  {
    kind: "NamespacedDeletingPolicy",
    group: "policies.kyverno.io",
    family: "DeletingPolicy",
    read: cel(decodeNamespacedDeletingPolicy),
  },
];
