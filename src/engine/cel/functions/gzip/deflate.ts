import { distanceBases, distanceExtras, lengthBases, lengthExtras } from "./deflate-tables.ts";

const minMatch = 3;
const maxMatch = 258;
const maxDistance = 32_768;

/** Compresses bytes to DEFLATE data of one block with the fixed codes; the same bytes give the same data. */
export function deflate(input: Uint8Array): Uint8Array {
  const writer = new BitWriter();
  writer.bits(1, 1);
  writer.bits(1, 2);
  /** Where three bytes were seen last. */
  const seen = new Map<number, number>();
  let at = 0;
  while (at < input.length) {
    const key = keyAt(input, at);
    const candidate = seen.get(key);
    const length =
      candidate === undefined || at - candidate > maxDistance ? 0 : matchLength(input, candidate, at);
    if (candidate === undefined || length < minMatch) {
      writer.literal(input[at] ?? 0);
      seen.set(key, at);
      at++;
      continue;
    }
    writer.match(length, at - candidate);
    for (const end = at + length; at < end; at++) seen.set(keyAt(input, at), at);
  }
  writer.literal(256);
  return writer.bytes();
}

function keyAt(input: Uint8Array, at: number): number {
  return ((input[at] ?? 256) << 18) | ((input[at + 1] ?? 256) << 9) | (input[at + 2] ?? 256);
}

function matchLength(input: Uint8Array, from: number, at: number): number {
  const limit = Math.min(maxMatch, input.length - at);
  let length = 0;
  while (length < limit && input[from + length] === input[at + length]) length++;
  return length;
}

class BitWriter {
  readonly #bytes: number[] = [];
  #hold = 0;
  #count = 0;

  /** The lowest bit first. */
  bits(value: number, count: number): void {
    this.#hold |= value << this.#count;
    this.#count += count;
    while (this.#count >= 8) {
      this.#bytes.push(this.#hold & 0xff);
      this.#hold >>>= 8;
      this.#count -= 8;
    }
  }

  /** A code: the highest bit first. */
  #code(code: number, count: number): void {
    for (let bit = count - 1; bit >= 0; bit--) this.bits((code >> bit) & 1, 1);
  }

  literal(symbol: number): void {
    if (symbol < 144) this.#code(0x30 + symbol, 8);
    else if (symbol < 256) this.#code(0x190 + symbol - 144, 9);
    else if (symbol < 280) this.#code(symbol - 256, 7);
    else this.#code(0xc0 + symbol - 280, 8);
  }

  match(length: number, distance: number): void {
    const lengthIndex = lengthBases.findLastIndex((base) => base <= length);
    this.literal(257 + lengthIndex);
    this.bits(length - (lengthBases[lengthIndex] ?? 0), lengthExtras[lengthIndex] ?? 0);
    const distanceIndex = distanceBases.findLastIndex((base) => base <= distance);
    this.#code(distanceIndex, 5);
    this.bits(distance - (distanceBases[distanceIndex] ?? 0), distanceExtras[distanceIndex] ?? 0);
  }

  bytes(): Uint8Array {
    if (this.#count > 0) this.bits(0, 8 - this.#count);
    return Uint8Array.from(this.#bytes);
  }
}
