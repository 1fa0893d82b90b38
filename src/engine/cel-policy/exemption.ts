import type { CelEnvironment } from "../cel/compile/environment.ts";
import type { AllowedLists } from "./cel-bindings.ts";
import type { CelException } from "./cel-exception-source.ts";
import type { CelSession } from "./cel-session.ts";
import { evaluateConditions } from "./match-conditions.ts";

/** What exceptions say of one object. */
export type Exemption =
  /** The policy is evaluated, with what partial exceptions allow. */
  | { readonly kind: "none"; readonly allowed: AllowedLists }
  | {
      readonly kind: "exempt";
      /** Keys of the exceptions that apply, in their order. */
      readonly exceptions: readonly string[];
      readonly status: "skip" | "pass";
      /** What the result says. */
      readonly message: string;
    }
  | { readonly kind: "error"; readonly message: string };

export interface ExemptionOptions {
  readonly environment: CelEnvironment;
  readonly nowMs: number;
  /** What an exception is whose conditions cannot be evaluated. */
  readonly onError: "error" | "notMet";
  /** True where lists of allowed images and values do not count, so that every exception exempts as a whole. */
  readonly ignoresLists?: boolean;
}

/**
 * Asks the exceptions that name a policy. Without lists an exception exempts the object; the lists of the others are joined
 * and the policy is evaluated. An error counts only where nothing exempts. Exceptions that have ended say nothing.
 */
export function findExemption(
  exceptions: readonly CelException[],
  session: CelSession,
  options: ExemptionOptions,
): Exemption {
  const exempting: CelException[] = [];
  const partial: CelException[] = [];
  let failure: string | undefined;
  for (const exception of exceptions) {
    if (exception.expiresAtMs !== undefined && exception.expiresAtMs <= options.nowMs) continue;
    const outcome = applies(exception, session, options);
    if (typeof outcome === "object") failure ??= outcome.message;
    else if (!outcome) continue;
    else if (options.ignoresLists === true || isWhole(exception)) exempting.push(exception);
    else partial.push(exception);
  }
  const [first] = exempting;
  if (first !== undefined) return exempted(exempting, first);
  if (failure !== undefined) return { kind: "error", message: failure };
  return {
    kind: "none",
    allowed: {
      allowedImages: partial.flatMap(({ images }) => images),
      allowedValues: partial.flatMap(({ allowedValues }) => allowedValues),
    },
  };
}

function applies(
  exception: CelException,
  session: CelSession,
  { environment, onError }: ExemptionOptions,
): boolean | { readonly message: string } {
  const compiled = exception.conditionsFor(environment);
  if (compiled.kind === "problem") return onError === "error" ? compiled : false;
  const result = evaluateConditions(compiled.conditions, session, onError);
  return result.kind === "error" ? { message: result.message } : result.kind === "met";
}

function isWhole({ images, allowedValues }: CelException): boolean {
  return images.length === 0 && allowedValues.length === 0;
}

/** The exception with the highest priority decides what the result is; without any, the first. */
function exempted(exceptions: readonly CelException[], first: CelException): Exemption {
  const leader = exceptions.reduce((best, one) => (one.priority > best.priority ? one : best), first);
  const keys = exceptions.map(({ key }) => key);
  const { reportResult: status } = leader;
  const verb = status === "pass" ? "passed" : "skipped";
  return {
    kind: "exempt",
    exceptions: keys,
    status,
    message: `rule is ${verb} due to policy exception: ${keys.join(", ")}`,
  };
}
