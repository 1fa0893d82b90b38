import type { PolicyException } from "#api/kyverno/exception.ts";

import { compileException, exceptionKey } from "./compile-exception.ts";
import type { CompiledException, ExceptionInputs } from "./compile-exception.ts";
import type { ExceptionSource } from "./exception-source.ts";
import { PolicyExceptions } from "./policy-exceptions.ts";

/** The exceptions in force, kept up to date one by one. */
export interface ExceptionIndex extends ExceptionSource {
  /**
   * Takes a new exception or a new version of one in. Gives the keys of the policies whose verdicts may change: those
   * that it names and those that it named before; none where its spec is the one that is known.
   */
  put(document: PolicyException): readonly string[];
  /** Forgets the exception `namespace/name`. Gives the keys of the policies whose verdicts may change. */
  remove(key: string): readonly string[];
  /** Makes these all exceptions that there are. Gives the keys of the policies whose verdicts may change. */
  replace(documents: Iterable<PolicyException>): readonly string[];
  /** What the exceptions of a policy look at, beside what the policy itself does. */
  inputsOf(policyKey: string): ExceptionInputs;
  /** Exceptions that cover nothing because they cannot be evaluated, with the reason. */
  problems(): readonly { readonly key: string; readonly message: string }[];
}

export interface ExceptionIndexOptions {
  /** The namespace that exceptions must be in: `*` for any, empty for none at all (Kyverno's `exceptionNamespace`). */
  readonly namespace: string;
}

/**
 * An empty index. Exceptions outside of its namespace are not taken in. It answers in the order of namespace and name,
 * which is the order in which messages list them.
 */
export function createExceptionIndex({ namespace }: ExceptionIndexOptions): ExceptionIndex {
  const byKey = new Map<string, Entry>();
  const byPolicy = new PolicyExceptions(byName);
  const admits = ({ metadata }: PolicyException) =>
    namespace === "*" || (namespace !== "" && metadata.namespace === namespace);

  const remove = (key: string): readonly string[] => {
    const known = byKey.get(key);
    if (known === undefined) return [];
    byKey.delete(key);
    byPolicy.delete(known.compiled);
    return known.compiled.policies;
  };

  const put = (document: PolicyException): readonly string[] => {
    const key = exceptionKey(document);
    if (!admits(document)) return remove(key);
    const version = versionOf(document);
    if (version !== undefined && byKey.get(key)?.version === version) return [];
    const before = remove(key);
    const compiled = compileException(document);
    byKey.set(key, { compiled, version });
    byPolicy.add(compiled);
    return [...new Set([...before, ...compiled.policies])];
  };

  return {
    find: (policyKey, rule) => byPolicy.find(policyKey, rule),
    put,
    remove,
    replace: (documents) => {
      const gone = new Set(byKey.keys());
      const concerned = new Set<string>();
      for (const document of documents) {
        gone.delete(exceptionKey(document));
        for (const policyKey of put(document)) concerned.add(policyKey);
      }
      for (const key of gone) for (const policyKey of remove(key)) concerned.add(policyKey);
      return [...concerned];
    },
    inputsOf: (policyKey) => joinInputs(byPolicy.of(policyKey)),
    problems: () =>
      [...byKey.values()].flatMap(({ compiled: { key, problem } }) =>
        problem === undefined ? [] : [{ key, message: problem }],
      ),
  };
}

/** A fixed set of exceptions, whatever their namespaces, which answers in the order in which they are given. */
export function compileExceptions(documents: readonly PolicyException[]): ExceptionSource {
  const byPolicy = new PolicyExceptions(undefined);
  for (const document of documents) byPolicy.add(compileException(document));
  return { find: (policyKey, rule) => byPolicy.find(policyKey, rule) };
}

interface Entry {
  readonly compiled: CompiledException;
  readonly version: string | undefined;
}

/** What stays the same as long as the spec does; undefined where that cannot be told. */
function versionOf({ metadata: { uid, generation } }: PolicyException): string | undefined {
  return uid === undefined || generation === undefined ? undefined : `${uid}/${generation}`;
}

function byName(a: CompiledException, b: CompiledException): number {
  if (a.namespace !== b.namespace) return a.namespace < b.namespace ? -1 : 1;
  return a.name < b.name ? -1 : a.name > b.name ? 1 : 0;
}

function joinInputs(exceptions: readonly CompiledException[]): ExceptionInputs {
  const some = (field: keyof ExceptionInputs) => exceptions.some(({ inputs }) => inputs[field]);
  return {
    usesNamespaceLabels: some("usesNamespaceLabels"),
    readsStatus: some("readsStatus"),
    needsRescan: some("needsRescan"),
  };
}
