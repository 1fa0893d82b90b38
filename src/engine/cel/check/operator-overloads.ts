import { parseSignature } from "../types/signature.ts";
import type { Signature } from "../types/signature.ts";

// In the order in which cel-go declares them: the first decides what a value of no known type is taken for.
const numbers = ["double", "int", "uint"] as const;

const same = (types: readonly string[], result?: string): readonly string[] =>
  types.map((type) => `(${type}, ${type}): ${result ?? type}`);

/** Numbers of different types are compared too, as Kubernetes' environments have it. */
const comparison = [
  ...same(["bool"], "bool"),
  ...["int", "uint", "double"].flatMap((left) =>
    [left, ...["int", "double", "uint"].filter((right) => right !== left)].map(
      (right) => `(${left}, ${right}): bool`,
    ),
  ),
  ...same(["string", "bytes", "timestamp", "duration"], "bool"),
];

/** What operators take and give, by the name that messages call them. */
const table: Readonly<Record<string, readonly string[]>> = {
  "_==_": ["(A, A): bool"],
  "_!=_": ["(A, A): bool"],
  "_<_": comparison,
  "_<=_": comparison,
  "_>_": comparison,
  "_>=_": comparison,
  "_+_": [
    ...same(["bytes", "double", "duration", "int", "list(A)", "string", "uint"]),
    "(duration, timestamp): timestamp",
    "(timestamp, duration): timestamp",
  ],
  "_-_": [
    ...same(["double", "duration", "int", "uint"]),
    "(timestamp, duration): timestamp",
    "(timestamp, timestamp): duration",
  ],
  "_*_": same(numbers),
  "_/_": same(numbers),
  "_%_": same(["int", "uint"]),
  "-_": ["(double): double", "(int): int"],
  "!_": ["(bool): bool"],
  "@in": ["(A, list(A)): bool", "(A, map(A, B)): bool"],
  "_?_:_": ["(bool, A, A): A"],
  "_[_]": [
    "(list(A), int): A",
    "(map(A, B), A): B",
    "(optional(list(A)), int): optional(A)",
    "(optional(map(A, B)), A): optional(B)",
  ],
  "_[?_]": [
    "(list(A), int): optional(A)",
    "(map(A, B), A): optional(B)",
    "(optional(list(A)), int): optional(A)",
    "(optional(map(A, B)), A): optional(B)",
  ],
};

/** The signatures of an operator by its name (`_+_`), as functions. */
export const operatorSignatures: ReadonlyMap<string, readonly Signature[]> = new Map(
  Object.entries(table).map(([name, signatures]) => [
    name,
    signatures.map((signature) => parseSignature(`operator${signature}`)),
  ]),
);
