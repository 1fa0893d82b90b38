import type { CleanupPolicy, CleanupPolicySpec, ClusterCleanupPolicy } from "#api/kyverno/cleanup-policy.ts";

import { BudgetExceeded } from "../budget.ts";
import { isNestedDeeperThan } from "../compile/nesting.ts";
import { compileConditions, evaluateConditions } from "../conditions/conditions.ts";
import { compileContextEntry } from "../context/context-entry.ts";
import type { CompiledEntry } from "../context/context-entry.ts";
import { QueryCache } from "../context/query-cache.ts";
import type { QueryContext } from "../context/query-context.ts";
import { QueryError } from "../errors.ts";
import { compileExceptionMatch } from "../exceptions/exception-match.ts";
import { parseKindSelector } from "../match/kind-selector.ts";
import type { KindSelector } from "../match/kind-selector.ts";
import type { MatchSubject } from "../match/subject.ts";
import type { Json } from "../values/json.ts";
import { compileTemplate } from "../variables/template.ts";

/** Which cleanup policy this is. */
export interface CleanupIdentity {
  readonly kind: "CleanupPolicy" | "ClusterCleanupPolicy";
  readonly name: string;
  /** Absent for a ClusterCleanupPolicy. */
  readonly namespace?: string;
  /** `name`, or `namespace/name`. */
  readonly key: string;
}

/** A cleanup policy ready to judge objects with. It holds nothing of the cluster. */
export interface CompiledCleanup {
  readonly identity: CleanupIdentity;
  /** What has to be listed; empty for a policy that names no kinds, and such a policy deletes nothing. */
  readonly kinds: readonly KindSelector[];
  /** Why the policy cannot be evaluated; every object is then a failure. */
  readonly problem?: string;
  /** True where a verdict may change with the labels of a Namespace. */
  readonly usesNamespaceLabels: boolean;
  readonly matches: (subject: MatchSubject) => boolean;
  readonly excludes: (subject: MatchSubject) => boolean;
  readonly context: readonly CompiledEntry[];
  /** Undefined where there are none. Throws a `QueryError`, `BudgetExceeded` or a `Suspension`. */
  readonly conditions: ((context: QueryContext) => boolean) | undefined;
  readonly queries: QueryCache;
}

const maxSpecDepth = 200;

/** Compiles a cleanup policy, once per content. Never throws: one that cannot be compiled says why in `problem`. */
export function compileCleanup(policy: CleanupPolicy | ClusterCleanupPolicy): CompiledCleanup {
  const { spec } = policy;
  const identity = identityOf(policy);
  const parts = compileParts(spec, identity.namespace);
  return {
    identity,
    kinds: kindsOf(spec).map(parseKindSelector),
    usesNamespaceLabels: [spec.match, spec.exclude].some((block) =>
      [...(block?.any ?? []), ...(block?.all ?? [])].some(
        ({ resources }) => resources?.namespaceSelector !== undefined,
      ),
    ),
    queries: new QueryCache(),
    ...parts,
  };
}

function identityOf({ kind, metadata }: CleanupPolicy | ClusterCleanupPolicy): CleanupIdentity {
  const name = metadata.name ?? "";
  if (kind === "ClusterCleanupPolicy") return { kind, name, key: name };
  const namespace = metadata.namespace ?? "default";
  return { kind, name, namespace, key: `${namespace}/${name}` };
}

function kindsOf({ match }: CleanupPolicySpec): readonly string[] {
  const filters = [...(match.any ?? []), ...(match.all ?? [])];
  return [...new Set(filters.flatMap(({ resources }) => resources?.kinds ?? []))];
}

type Parts = Pick<CompiledCleanup, "matches" | "excludes" | "context" | "conditions" | "problem">;

function compileParts(spec: CleanupPolicySpec, namespace: string | undefined): Parts {
  try {
    if (isNestedDeeperThan(spec, maxSpecDepth)) {
      throw new QueryError("failed", `the policy is nested deeper than ${maxSpecDepth} levels`);
    }
    return {
      matches: compileExceptionMatch(spec.match),
      excludes: compileExclude(spec.exclude),
      context: (spec.context ?? []).map((entry) => compileContextEntry(entry, namespace)),
      conditions: compileCleanupConditions(spec.conditions),
    };
  } catch (error) {
    return {
      matches: () => false,
      excludes: () => true,
      context: [],
      conditions: undefined,
      problem: text(error),
    };
  }
}

function text(error: unknown): string {
  if (error instanceof QueryError || error instanceof BudgetExceeded) return error.message;
  return `internal error: ${error instanceof Error ? error.message : String(error)}`;
}

/** An exclude block that is present and empty excludes everything, as with Kyverno. */
function compileExclude(exclude: CleanupPolicySpec["exclude"]): (subject: MatchSubject) => boolean {
  if (exclude === undefined) return () => false;
  const isEmpty = (exclude.any ?? []).length === 0 && (exclude.all ?? []).length === 0;
  return isEmpty ? () => true : compileExceptionMatch(exclude);
}

/** All of `all`, then one of `any` where there are any; what comes after the decision is not evaluated. */
function compileCleanupConditions(
  conditions: CleanupPolicySpec["conditions"],
): ((context: QueryContext) => boolean) | undefined {
  if (conditions === undefined) return undefined;
  const blocks = [{ all: conditions.all ?? [] }, { any: conditions.any ?? [] }]
    .filter((block) => Object.values(block).some((members) => members.length > 0))
    .map((block) => compileConditions(block as Json, compileTemplate));
  return (context) => blocks.every((block) => evaluateConditions(block, context).met);
}
