/** The few forms of DER (X.690) that a certificate takes. */

function encode(tag: number, content: Buffer): Buffer {
  const { length } = content;
  if (length < 0x80) return Buffer.concat([Buffer.from([tag, length]), content]);
  const bytes: number[] = [];
  for (let rest = length; rest > 0; rest >>= 8) bytes.unshift(rest & 0xff);
  return Buffer.concat([Buffer.from([tag, 0x80 | bytes.length, ...bytes]), content]);
}

export const sequence = (...parts: readonly Buffer[]): Buffer => encode(0x30, Buffer.concat(parts));

export const oneOf = (part: Buffer): Buffer => encode(0x31, part);

export const text = (value: string): Buffer => encode(0x0c, Buffer.from(value));

export const bool = (value: boolean): Buffer => encode(0x01, Buffer.from([value ? 0xff : 0]));

export const octetString = (value: Buffer): Buffer => encode(0x04, value);

export const bitString = (value: Buffer, unusedBits = 0): Buffer =>
  encode(0x03, Buffer.concat([Buffer.from([unusedBits]), value]));

/** A positive integer, big-endian. */
export function integer(value: Buffer): Buffer {
  const isNegative = ((value[0] ?? 0) & 0x80) !== 0;
  return encode(0x02, isNegative ? Buffer.concat([Buffer.from([0]), value]) : value);
}

/** `[n]`: around other values, or in place of a primitive one's tag. */
export const contextTag = (n: number, value: Buffer, isPrimitive = false): Buffer =>
  encode((isPrimitive ? 0x80 : 0xa0) | n, value);

export function objectIdentifier(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split(".").map(Number);
  const bytes = [first * 40 + second];
  for (const part of rest) {
    const groups = [part & 0x7f];
    for (let high = part >>> 7; high > 0; high >>>= 7) groups.unshift((high & 0x7f) | 0x80);
    bytes.push(...groups);
  }
  return encode(0x06, Buffer.from(bytes));
}

/** A moment before 2050, in seconds. */
export function utcTime(ms: number): Buffer {
  const digits = new Date(ms).toISOString().replace(/[-:T]/g, "").slice(2, 14);
  return encode(0x17, Buffer.from(`${digits}Z`));
}
