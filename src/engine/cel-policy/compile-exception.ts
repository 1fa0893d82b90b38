import type { CelPolicyException } from "#api/policies/cel-exception.ts";

import type { CelEnvironment } from "../cel/compile/environment.ts";
import { QueryError } from "../errors.ts";
import { instantNanoseconds } from "../jmespath/civil-time.ts";
import { parseTimestamp } from "../jmespath/time-parse.ts";
import type { ExceptionInputs } from "../exceptions/compile-exception.ts";
import type { CelException } from "./cel-exception-source.ts";
import { celInputs, textsIn } from "./cel-inputs.ts";
import { CelCompileError } from "./compile-expression.ts";
import { compileConditions } from "./match-conditions.ts";
import type { CompiledCondition } from "./match-conditions.ts";

/** Conditions, or why they cannot be compiled. */
export type CompiledConditions =
  | { readonly kind: "conditions"; readonly conditions: readonly CompiledCondition[] }
  | { readonly kind: "problem"; readonly message: string };

const priorityLabel = "polex.kyverno.io/priority";

/** `namespace/name` of an exception. */
export function celExceptionKey({ metadata }: Pick<CelPolicyException, "metadata">): string {
  const { name = "", namespace = "" } = metadata;
  return namespace === "" ? name : `${namespace}/${name}`;
}

/** Compiles an exception. Never throws: conditions that cannot be compiled fail what asks for them. */
export function compileCelException(document: CelPolicyException): CelException {
  const { metadata, spec } = document;
  const compiled = new WeakMap<CelEnvironment, CompiledConditions>();
  return {
    key: celExceptionKey(document),
    images: spec.images ?? [],
    allowedValues: spec.allowedValues ?? [],
    reportResult: spec.reportResult ?? "skip",
    priority: priorityOf(metadata.labels ?? {}),
    expiresAtMs: spec.expiresAt === undefined ? undefined : parseExpiry(spec.expiresAt),
    inputs: inputsOf(spec),
    conditionsFor(environment) {
      const known = compiled.get(environment) ?? compileFor(spec, environment);
      compiled.set(environment, known);
      return known;
    },
  };
}

/** One that ends says something else from then on, although nothing changes that is watched. */
function inputsOf({ matchConditions, expiresAt }: CelPolicyException["spec"]): ExceptionInputs {
  const inputs = celInputs(textsIn(matchConditions), []);
  const { usesNamespaceLabels, readsStatus, needsRescan } = inputs;
  return { usesNamespaceLabels, readsStatus, needsRescan: needsRescan || expiresAt !== undefined };
}

function compileFor(
  { matchConditions }: CelPolicyException["spec"],
  environment: CelEnvironment,
): CompiledConditions {
  try {
    return {
      kind: "conditions",
      conditions: compileConditions(matchConditions, environment, "matchConditions"),
    };
  } catch (error) {
    if (error instanceof CelCompileError) return { kind: "problem", message: error.message };
    throw error;
  }
}

function priorityOf(labels: Readonly<Record<string, string>>): number {
  const text = Object.hasOwn(labels, priorityLabel) ? (labels[priorityLabel] ?? "") : "";
  return /^\d{1,9}$/.test(text) ? Number(text) : 0;
}

/** Milliseconds since 1970 of an RFC 3339 text; undefined for any other. */
function parseExpiry(text: string): number | undefined {
  try {
    return Number(instantNanoseconds(parseTimestamp(text)) / 1_000_000n);
  } catch (error) {
    if (error instanceof QueryError) return undefined;
    throw error;
  }
}
