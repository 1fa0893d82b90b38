import { QueryError } from "../../errors.ts";

/** One element of a DER encoding (X.690). */
export interface DerNode {
  readonly tag: number;
  readonly content: Uint8Array;
  /** The element with its tag and length. */
  readonly raw: Uint8Array;
}

export const tags = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  objectIdentifier: 0x06,
  bmpString: 0x1e,
  utcTime: 0x17,
  generalizedTime: 0x18,
  sequence: 0x30,
  set: 0x31,
} as const;

export function malformed(what: string): QueryError {
  return new QueryError("failed", `x509: malformed ${what}`);
}

/** The elements that stand one after the other in `bytes`. Throws a `QueryError` where they do not fill it exactly. */
export function readElements(bytes: Uint8Array, what: string): readonly DerNode[] {
  const nodes: DerNode[] = [];
  for (let at = 0; at < bytes.length;) {
    const node = readElement(bytes, at, what);
    nodes.push(node);
    at += node.raw.length;
  }
  return nodes;
}

/** The single element of `bytes`, which must have the given tag. */
export function readSingle(bytes: Uint8Array, tag: number, what: string): DerNode {
  const [node, ...rest] = readElements(bytes, what);
  if (node === undefined || rest.length > 0 || node.tag !== tag) throw malformed(what);
  return node;
}

/** The elements inside of a constructed element. */
export function children(node: DerNode | undefined, tag: number, what: string): readonly DerNode[] {
  if (node?.tag !== tag) throw malformed(what);
  return readElements(node.content, what);
}

function readElement(bytes: Uint8Array, at: number, what: string): DerNode {
  const tag = bytes[at];
  const first = bytes[at + 1];
  // Certificates have no tags of several bytes and no indefinite lengths.
  if (tag === undefined || first === undefined || (tag & 0x1f) === 0x1f) throw malformed(what);
  let length = first;
  let start = at + 2;
  if (first >= 0x80) {
    const count = first & 0x7f;
    if (count === 0 || count > 4) throw malformed(what);
    length = 0;
    for (let index = 0; index < count; index += 1) length = length * 256 + (bytes[start + index] ?? 0);
    start += count;
  }
  if (start + length > bytes.length) throw malformed(what);
  return { tag, content: bytes.subarray(start, start + length), raw: bytes.subarray(at, start + length) };
}

/** The numbers of an object identifier. */
export function objectIdentifier(node: DerNode | undefined, what: string): readonly number[] {
  if (node?.tag !== tags.objectIdentifier) throw malformed(what);
  const numbers: number[] = [];
  let value = 0;
  for (const byte of node.content) {
    value = value * 128 + (byte & 0x7f);
    if ((byte & 0x80) !== 0) continue;
    if (numbers.length === 0) {
      const root = Math.min(Math.floor(value / 40), 2);
      numbers.push(root, value - root * 40);
    } else {
      numbers.push(value);
    }
    value = 0;
  }
  return numbers;
}

/** More than the largest key that anyone uses; writing an integer in decimal takes longer than its length. */
const maxIntegerBytes = 4096;

export function integer(node: DerNode | undefined, what: string): bigint {
  if (node?.tag !== tags.integer || node.content.length > maxIntegerBytes) throw malformed(what);
  return signedInteger(node.content);
}

function signedInteger(bytes: Uint8Array): bigint {
  let digits = "";
  for (const byte of bytes) digits += byte.toString(16).padStart(2, "0");
  return digits === "" ? 0n : BigInt.asIntN(bytes.length * 8, BigInt(`0x${digits}`));
}

/** The bytes of a bit string; certificates use whole bytes but for key usages. */
export function bitString(node: DerNode | undefined, what: string): Uint8Array {
  if (node?.tag !== tags.bitString || node.content.length === 0) throw malformed(what);
  return node.content.subarray(1);
}
