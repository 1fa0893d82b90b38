import type { CelEnvironment } from "../cel/compile/environment.ts";
import type { ExceptionInputs } from "../exceptions/compile-exception.ts";
import type { CompiledConditions } from "./compile-exception.ts";

/** An exception from policies of the CEL kinds, ready to be asked. */
export interface CelException {
  /** `namespace/name`. */
  readonly key: string;
  /** Lists that a partial exception opens; both empty for one that exempts as a whole. */
  readonly images: readonly string[];
  readonly allowedValues: readonly string[];
  readonly reportResult: "skip" | "pass";
  /** From the label `polex.kyverno.io/priority`; 0 without one. */
  readonly priority: number;
  /** When it ends, in milliseconds since 1970; undefined where it does not. */
  readonly expiresAtMs: number | undefined;
  /** What its conditions look at besides the object's metadata and spec. */
  readonly inputs: ExceptionInputs;
  /** Its conditions for the expressions of a kind of policies; compiled once for each. */
  conditionsFor(environment: CelEnvironment): CompiledConditions;
}

/** The port through which such exceptions reach the engine. */
export interface CelExceptionSource {
  /** Exceptions that name a policy by its kind (`NamespacedValidatingPolicy` …) and its bare name. */
  find(kind: string, name: string): readonly CelException[];
}

export const noCelExceptions: CelExceptionSource = { find: () => [] };
