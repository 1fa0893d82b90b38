import { decodePolicyException } from "#api/kyverno/exception.ts";
import { decodeCelPolicyException } from "#api/policies/cel-exception.ts";
import { celPolicyRef } from "#engine/cel-policy/cel-exception-index.ts";
import type { CelExceptionIndex } from "#engine/cel-policy/cel-exception-index.ts";
import type { ExceptionInputs } from "#engine/exceptions/compile-exception.ts";
import type { ExceptionIndex } from "#engine/exceptions/exception-index.ts";
import { createExceptionWatch } from "./exception-watch.ts";
import type { ExceptionWatch, ExceptionWatchOptions } from "./exception-watch.ts";
import type { ScanPolicy } from "./scan-policy.ts";

export interface ExceptionInputsDeps {
  /** Absent: exceptions from policies made of rules are not honoured. */
  readonly exceptions?: ExceptionIndex;
  /** Absent: exceptions from CEL policies are not honoured. */
  readonly celExceptions?: CelExceptionIndex;
  /** Verdicts of these policies may have changed. */
  readonly onConcerned: (isConcerned: (policy: ScanPolicy) => boolean) => void;
  readonly onUnreadable: ExceptionWatchOptions<unknown>["onUnreadable"];
}

/** The exceptions of both API groups as inputs of verdicts. */
export interface ExceptionsOfPolicies {
  readonly watches: readonly (ExceptionWatch & { readonly group: string })[];
  /** True where the policy or one of its exceptions depends on it. */
  looksAt(policy: ScanPolicy, input: Exclude<keyof ExceptionInputs, "needsRescan">): boolean;
}

function isMadeOfRules({ compiled }: ScanPolicy): boolean {
  return compiled.judge === undefined;
}

export function createExceptionInputs(deps: ExceptionInputsDeps): ExceptionsOfPolicies {
  const { exceptions, celExceptions, onConcerned, onUnreadable } = deps;
  const watches: (ExceptionWatch & { readonly group: string })[] = [];
  if (exceptions !== undefined) {
    const watch = createExceptionWatch({
      index: exceptions,
      decode: decodePolicyException,
      onConcerned: (policies) => {
        onConcerned((policy) => isMadeOfRules(policy) && policies.has(policy.ref.policy));
      },
      onUnreadable,
    });
    watches.push({ ...watch, group: "kyverno.io" });
  }
  if (celExceptions !== undefined) {
    const watch = createExceptionWatch({
      index: celExceptions,
      decode: decodeCelPolicyException,
      onConcerned: (policies) => {
        onConcerned(({ compiled: { identity } }) => policies.has(celPolicyRef(identity.kind, identity.name)));
      },
      onUnreadable,
    });
    watches.push({ ...watch, group: "policies.kyverno.io" });
  }
  return {
    watches,
    looksAt(policy, input) {
      const { identity } = policy.compiled;
      if (policy.compiled[input]) return true;
      const inputs = isMadeOfRules(policy)
        ? exceptions?.inputsOf(policy.ref.policy)
        : celExceptions?.inputsOf(identity.kind, identity.name);
      return inputs?.[input] === true;
    },
  };
}
