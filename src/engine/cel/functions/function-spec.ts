import type { ContextAnswer, ContextRequest, PermissionScope } from "../../context/context-source.ts";
import type { Json } from "../../values/json.ts";
import type { CelValue } from "../values/cel-value.ts";

/** What the outside says: everything but that it does not know yet, which suspends the evaluation. */
export type OutsideAnswer = Exclude<ContextAnswer, { readonly kind: "pending" }>;

/** Verification of images for the policy at hand. Each throws a `CelError`, or a `Suspension` where it has to be asked first. */
export interface ImageFunctions {
  /** How many of the attestors signed the image; 0 for one that the policy is not about. */
  verifySignatures(image: string, attestors: readonly CelValue[]): number;
  /** How many of them made the statement that the policy knows under this name. */
  verifyAttestations(image: string, attestation: string, attestors: readonly CelValue[]): number;
  /** What a statement says that was verified before. */
  payload(image: string, attestation: string): Json;
}

/** What an implementation may use besides its arguments; it comes after them. */
export interface CallContext {
  /** Nanoseconds since 1970. */
  readonly nowNanoseconds: bigint;
  /** A number from 0 below `limit`, from the seed of the evaluation. */
  pick(limit: number): number;
  /** Counts cost in the API server's units. Throws `BudgetExceeded` past the limit. */
  spend(cost: number): void;
  /** Whose authority requests run under; undefined where there is no outside. */
  readonly scope: PermissionScope | undefined;
  /**
   * Counts steps that the API server's cost does not tell of: elements compared, texts built, states of patterns. Throws
   * `BudgetExceeded` where they would take too long.
   */
  work(steps: number): void;
  /** Asks the outside. Throws a `Suspension` where the answer has to be loaded first. */
  ask(request: ContextRequest): OutsideAnswer;
  /** Undefined where the policy is not about images. */
  readonly images: ImageFunctions | undefined;
  /** Hands objects that `generator.Apply` makes to the evaluation. Throws a `CelError` where nothing takes them. */
  generate(namespace: string | undefined, objects: readonly CelValue[]): void;
}

/** One way to call a function. */
export interface Overload {
  /** `(string).charAt(int): string` for a method, `math.ceil(double): double` for a function. */
  readonly signature: string;
  /** Is given arguments of the kinds that the signature names, then the context. */
  readonly call: (...values: never[]) => CelValue;
  /** Cost in the API server's units; 1 where it is absent. */
  readonly cost?: (...values: never[]) => number;
}

/** What an example gives: an expression for the value, or the message of its error (of compilation, or of evaluation). */
export type Expected = string | { readonly error: string };

export type Example = readonly [expression: string, expected: Expected];

/** One function of a library: documentation, implementation and tests at once. */
export interface FunctionSpec {
  readonly name: string;
  /** Where its behaviour is defined. */
  readonly source: string;
  readonly overloads: readonly Overload[];
  readonly examples: readonly Example[];
}

/** A set of functions that belong together. */
export interface Library {
  readonly name: string;
  readonly functions: readonly FunctionSpec[];
  /** Methods of libraries before it that it takes the place of. */
  readonly replaces?: readonly string[];
  /** True where its overloads take the place of those before it that take the same types. */
  readonly overrides?: boolean;
}
