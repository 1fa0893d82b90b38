import type { ParamRef } from "#api/admissionregistration/binding-blocks.ts";
import { apiVersionOf } from "#api/meta/resource-type.ts";
import type { MatchConstraints } from "#api/policies/match-constraints.ts";

import { builtInTable } from "../apply-configuration/built-in-table.ts";
import { compileMatchConstraints } from "../cel-policy/match-constraints.ts";
import type { ConstraintsTest } from "../cel-policy/match-constraints.ts";
import type { CelSubject } from "../cel-policy/cel-subject.ts";
import type { GroupVersionKind } from "../input.ts";

/** A binding that takes an object; without a name it stands for a policy that has none. */
export interface ReachingBinding {
  readonly name: string | undefined;
  readonly paramRef: ParamRef | undefined;
}

/** A binding of a validating or a mutating admission policy. */
export interface BindingDocument {
  readonly metadata: { readonly name?: string };
  readonly spec: {
    readonly matchResources?: MatchConstraints;
    readonly paramRef?: ParamRef;
  };
}

/**
 * `cluster`: a binding narrows what the policy's own constraints take. `offline`: where there are bindings they alone decide,
 * for the kinds that Kubernetes itself has, which is what Kyverno's command line does.
 */
export type AdmissionMatching = "cluster" | "offline";

/** Which binding an object is judged under; undefined where none takes it. Throws a `MatchError`. */
export type AdmissionReach = (subject: CelSubject) => ReachingBinding | undefined;

/**
 * Works out which objects an admission policy is for. Without bindings its own constraints decide, and labels of Namespaces
 * are not known to them. Of several bindings that take an object the last by name counts, as Kyverno reports one.
 */
export function compileReach(
  constraints: MatchConstraints | undefined,
  options: { readonly bindings: readonly BindingDocument[]; readonly matching: AdmissionMatching },
): AdmissionReach {
  const own = compileMatchConstraints(constraints);
  const bindings = options.bindings
    .toSorted((a, b) => ((a.metadata.name ?? "") < (b.metadata.name ?? "") ? -1 : 1))
    .map(({ metadata, spec }) => ({
      binding: { name: metadata.name ?? "", paramRef: spec.paramRef },
      matches: spec.matchResources === undefined ? everything : compileMatchConstraints(spec.matchResources),
    }));
  if (bindings.length === 0) {
    return (subject) => (own({ ...subject, namespaceLabels: {} }) ? unbound : undefined);
  }
  return (subject) => {
    const isConcerned = options.matching === "cluster" ? own(subject) : isBuiltIn(subject.gvk);
    if (!isConcerned) return undefined;
    return bindings.findLast(({ matches }) => matches(subject))?.binding;
  };
}

function isBuiltIn({ group, version, kind }: GroupVersionKind): boolean {
  return Object.hasOwn(builtInTable.kinds, `${apiVersionOf({ group, version })} ${kind}`);
}

const unbound: ReachingBinding = { name: undefined, paramRef: undefined };
const everything: ConstraintsTest = () => true;
