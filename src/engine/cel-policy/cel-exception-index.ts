import type { CelPolicyException } from "#api/policies/cel-exception.ts";

import type { ExceptionInputs } from "../exceptions/compile-exception.ts";
import type { CelException, CelExceptionSource } from "./cel-exception-source.ts";
import { celExceptionKey, compileCelException } from "./compile-exception.ts";

/** A policy that an exception names: `kind/name`. */
export type CelPolicyRef = string;

export function celPolicyRef(kind: string, name: string): CelPolicyRef {
  return `${kind}/${name}`;
}

/** The exceptions in force, kept up to date one by one. */
export interface CelExceptionIndex extends CelExceptionSource {
  /** Takes a new exception or a new version of one in. Gives the policies whose verdicts may change. */
  put(document: CelPolicyException): readonly CelPolicyRef[];
  /** Forgets the exception `namespace/name`. Gives the policies whose verdicts may change. */
  remove(key: string): readonly CelPolicyRef[];
  /** What the exceptions of a policy look at, beside what the policy itself does. */
  inputsOf(kind: string, name: string): ExceptionInputs;
}

export interface CelExceptionIndexOptions {
  /** The namespace that exceptions must be in: `*` or empty for any. */
  readonly namespace: string;
}

interface Entry {
  readonly exception: CelException;
  readonly refs: readonly CelPolicyRef[];
  readonly version: string | undefined;
}

/** The exceptions that name one policy; in order only when that was asked for. */
interface Members {
  readonly byKey: Map<string, CelException>;
  sorted: readonly CelException[] | undefined;
}

/** An empty index; it answers in the order of namespace and name. */
export function createCelExceptionIndex({ namespace }: CelExceptionIndexOptions): CelExceptionIndex {
  const byKey = new Map<string, Entry>();
  const byPolicy = new Map<CelPolicyRef, Members>();
  const admits = ({ metadata }: CelPolicyException) =>
    namespace === "*" || namespace === "" || metadata.namespace === namespace;

  const join = (key: string, { refs, exception }: Entry): void => {
    for (const ref of refs) {
      const members = byPolicy.get(ref) ?? { byKey: new Map(), sorted: undefined };
      members.byKey.set(key, exception);
      members.sorted = undefined;
      byPolicy.set(ref, members);
    }
  };
  const leave = (key: string, { refs }: Entry): void => {
    for (const ref of refs) {
      const members = byPolicy.get(ref);
      members?.byKey.delete(key);
      if (members !== undefined) members.sorted = undefined;
      if (members?.byKey.size === 0) byPolicy.delete(ref);
    }
  };
  const find = (kind: string, name: string): readonly CelException[] => {
    const members = byPolicy.get(celPolicyRef(kind, name));
    if (members === undefined) return [];
    return (members.sorted ??= [...members.byKey.values()].toSorted(byName));
  };
  const remove = (key: string): readonly CelPolicyRef[] => {
    const known = byKey.get(key);
    if (known === undefined) return [];
    byKey.delete(key);
    leave(key, known);
    return known.refs;
  };
  return {
    find,
    inputsOf(kind, name) {
      const inputs = find(kind, name).map((exception) => exception.inputs);
      const some = (field: keyof ExceptionInputs) => inputs.some((one) => one[field]);
      return {
        usesNamespaceLabels: some("usesNamespaceLabels"),
        readsStatus: some("readsStatus"),
        needsRescan: some("needsRescan"),
      };
    },
    remove,
    put(document) {
      const key = celExceptionKey(document);
      if (!admits(document)) return remove(key);
      const version = versionOf(document);
      if (version !== undefined && byKey.get(key)?.version === version) return [];
      const before = remove(key);
      const refs = refsOf(document);
      const entry: Entry = { exception: compileCelException(document), refs, version };
      byKey.set(key, entry);
      join(key, entry);
      return [...new Set([...before, ...refs])];
    },
  };
}

/** A fixed set of exceptions, which answers in the order in which they are given. */
export function compileCelExceptions(documents: readonly CelPolicyException[]): CelExceptionSource {
  const byPolicy = new Map<CelPolicyRef, CelException[]>();
  for (const document of documents) {
    const exception = compileCelException(document);
    for (const ref of refsOf(document)) {
      const known = byPolicy.get(ref);
      if (known === undefined) byPolicy.set(ref, [exception]);
      else known.push(exception);
    }
  }
  return { find: (kind, name) => byPolicy.get(celPolicyRef(kind, name)) ?? [] };
}

function refsOf({ spec }: CelPolicyException): readonly CelPolicyRef[] {
  return [...new Set(spec.policyRefs.map(({ kind, name }) => celPolicyRef(kind, name)))];
}

/** What stays the same as long as spec and labels do; undefined where that cannot be told. */
function versionOf({ metadata }: CelPolicyException): string | undefined {
  const { uid, generation, labels = {} } = metadata;
  return uid === undefined || generation === undefined
    ? undefined
    : JSON.stringify([uid, generation, Object.entries(labels).toSorted(([a], [b]) => (a < b ? -1 : 1))]);
}

function byName(a: CelException, b: CelException): number {
  return a.key < b.key ? -1 : a.key > b.key ? 1 : 0;
}
