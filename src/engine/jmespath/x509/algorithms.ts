import { children, objectIdentifier, tags } from "./der.ts";
import type { DerNode } from "./der.ts";

/** Go's numbers of signature algorithms. */
const signatureAlgorithms: Readonly<Record<string, number>> = {
  "1.2.840.113549.1.1.2": 1,
  "1.2.840.113549.1.1.4": 2,
  "1.2.840.113549.1.1.5": 3,
  "1.3.14.3.2.29": 3,
  "1.2.840.113549.1.1.11": 4,
  "1.2.840.113549.1.1.12": 5,
  "1.2.840.113549.1.1.13": 6,
  "1.2.840.10040.4.3": 7,
  "2.16.840.1.101.3.4.3.2": 8,
  "1.2.840.10045.4.1": 9,
  "1.2.840.10045.4.3.2": 10,
  "1.2.840.10045.4.3.3": 11,
  "1.2.840.10045.4.3.4": 12,
  "1.3.101.112": 16,
};

/** RSA-PSS is told apart by the hash in its parameters. */
const pss = "1.2.840.113549.1.1.10";
const pssAlgorithms: Readonly<Record<string, number>> = {
  "2.16.840.1.101.3.4.2.1": 13,
  "2.16.840.1.101.3.4.2.2": 14,
  "2.16.840.1.101.3.4.2.3": 15,
};

/** Go's number of the algorithm of a signature; 0 for one that it does not know. */
export function signatureAlgorithm(node: DerNode | undefined, what: string): number {
  const [identifier, parameters] = children(node, tags.sequence, what);
  const name = objectIdentifier(identifier, what).join(".");
  if (name !== pss) return signatureAlgorithms[name] ?? 0;
  if (parameters?.tag !== tags.sequence) return 0;
  const hash = children(parameters, tags.sequence, what).find((parameter) => parameter.tag === 0xa0);
  const [algorithm] = hash === undefined ? [] : children(hash, 0xa0, what);
  if (algorithm === undefined) return 0;
  const [hashName] = children(algorithm, tags.sequence, what);
  return pssAlgorithms[objectIdentifier(hashName, what).join(".")] ?? 0;
}

export const rsaEncryption = "1.2.840.113549.1.1.1";

/** Go's numbers of extended key usages. */
export const extendedKeyUsages: Readonly<Record<string, number>> = {
  "2.5.29.37.0": 0,
  "1.3.6.1.5.5.7.3.1": 1,
  "1.3.6.1.5.5.7.3.2": 2,
  "1.3.6.1.5.5.7.3.3": 3,
  "1.3.6.1.5.5.7.3.4": 4,
  "1.3.6.1.5.5.7.3.5": 5,
  "1.3.6.1.5.5.7.3.6": 6,
  "1.3.6.1.5.5.7.3.7": 7,
  "1.3.6.1.5.5.7.3.8": 8,
  "1.3.6.1.5.5.7.3.9": 9,
  "1.3.6.1.4.1.311.10.3.3": 10,
  "2.16.840.1.113730.4.1": 11,
  "1.3.6.1.4.1.311.2.1.22": 12,
  "1.3.6.1.4.1.311.61.1.1": 13,
};
