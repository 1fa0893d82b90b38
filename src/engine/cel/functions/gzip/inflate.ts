import { CelError } from "../../values/cel-error.ts";
import {
  codeLengthOrder,
  distanceBases,
  distanceExtras,
  fixedDistanceLengths,
  fixedLiteralLengths,
  lengthBases,
  lengthExtras,
} from "./deflate-tables.ts";

const maxCodeLength = 15;

/** A canonical Huffman code: how many codes each length has, and the symbols in the order of their codes. */
interface HuffmanCode {
  readonly counts: readonly number[];
  readonly symbols: readonly number[];
}

function huffmanCode(lengths: readonly number[]): HuffmanCode {
  const counts = Array.from({ length: maxCodeLength + 1 }, () => 0);
  for (const length of lengths) counts[length] = (counts[length] ?? 0) + 1;
  const symbols = lengths
    .map((length, symbol) => ({ length, symbol }))
    .filter(({ length }) => length > 0)
    .sort((left, right) => left.length - right.length || left.symbol - right.symbol)
    .map(({ symbol }) => symbol);
  counts[0] = 0;
  return { counts, symbols };
}

const fixedLiterals = huffmanCode(fixedLiteralLengths);
const fixedDistances = huffmanCode(fixedDistanceLengths);

/** Grows by doubling; `limit` is told of its size before it grows. */
class Output {
  #bytes = new Uint8Array(1024);
  #length = 0;
  readonly #grows: (size: number) => void;

  constructor(grows: (size: number) => void) {
    this.#grows = grows;
  }

  push(byte: number): void {
    if (this.#length === this.#bytes.length) {
      this.#grows(this.#bytes.length * 2);
      const larger = new Uint8Array(this.#bytes.length * 2);
      larger.set(this.#bytes);
      this.#bytes = larger;
    }
    this.#bytes[this.#length++] = byte;
  }

  /** The byte that stands so far back; undefined before the beginning. */
  back(distance: number): number | undefined {
    return distance > this.#length ? undefined : this.#bytes[this.#length - distance];
  }

  bytes(): Uint8Array {
    return this.#bytes.slice(0, this.#length);
  }
}

/**
 * Expands DEFLATE data (RFC 1951) from an offset on; gives the bytes and where the data end. `grows` is told of the size of
 * the output as it doubles, and may throw. Throws a `CelError` for data that are none.
 */
export function inflate(
  input: Uint8Array,
  from: number,
  grows: (size: number) => void,
): { readonly bytes: Uint8Array; readonly end: number } {
  const reader = new BitReader(input, from);
  const output = new Output(grows);
  let isLast = false;
  while (!isLast) {
    isLast = reader.bits(1) === 1;
    const type = reader.bits(2);
    if (type === 0) copyStored(reader, output);
    else if (type === 1) expand(reader, output, fixedLiterals, fixedDistances);
    else if (type === 2) {
      const { literals, distances } = readCodes(reader);
      expand(reader, output, literals, distances);
    } else throw reader.corrupt();
  }
  return { bytes: output.bytes(), end: reader.at };
}

class BitReader {
  readonly #input: Uint8Array;
  at: number;
  #hold = 0;
  #count = 0;

  constructor(input: Uint8Array, at: number) {
    this.#input = input;
    this.at = at;
  }

  corrupt(): CelError {
    return new CelError(`flate: corrupt input before offset ${this.at}`);
  }

  byte(): number {
    const byte = this.#input[this.at];
    if (byte === undefined) throw new CelError("unexpected EOF");
    this.at++;
    return byte;
  }

  bits(count: number): number {
    while (this.#count < count) {
      this.#hold |= this.byte() << this.#count;
      this.#count += 8;
    }
    const value = this.#hold & ((1 << count) - 1);
    this.#hold >>>= count;
    this.#count -= count;
    return value;
  }

  /** The rest of the byte at hand is of no meaning. */
  align(): void {
    this.#hold = 0;
    this.#count = 0;
  }

  symbol({ counts, symbols }: HuffmanCode): number {
    let code = 0;
    let first = 0;
    let index = 0;
    for (let length = 1; length <= maxCodeLength; length++) {
      code |= this.bits(1);
      const count = counts[length] ?? 0;
      if (code - first < count) {
        const symbol = symbols[index + code - first];
        if (symbol !== undefined) return symbol;
      }
      index += count;
      first = (first + count) << 1;
      code <<= 1;
    }
    throw this.corrupt();
  }
}

function copyStored(reader: BitReader, output: Output): void {
  reader.align();
  const length = reader.byte() | (reader.byte() << 8);
  const check = reader.byte() | (reader.byte() << 8);
  if (length !== (~check & 0xffff)) throw reader.corrupt();
  for (let count = 0; count < length; count++) output.push(reader.byte());
}

function readCodes(reader: BitReader): { readonly literals: HuffmanCode; readonly distances: HuffmanCode } {
  const literalCount = reader.bits(5) + 257;
  const distanceCount = reader.bits(5) + 1;
  const lengthCount = reader.bits(4) + 4;
  const lengthLengths = Array.from({ length: 19 }, () => 0);
  for (const symbol of codeLengthOrder.slice(0, lengthCount)) lengthLengths[symbol] = reader.bits(3);
  const code = huffmanCode(lengthLengths);
  const lengths: number[] = [];
  while (lengths.length < literalCount + distanceCount) {
    const symbol = reader.symbol(code);
    if (symbol < 16) {
      lengths.push(symbol);
      continue;
    }
    const last = lengths.at(-1);
    if (symbol === 16 && last === undefined) throw reader.corrupt();
    const repeated = symbol === 16 ? (last ?? 0) : 0;
    const count =
      symbol === 16 ? 3 + reader.bits(2) : symbol === 17 ? 3 + reader.bits(3) : 11 + reader.bits(7);
    for (let index = 0; index < count; index++) lengths.push(repeated);
  }
  if (lengths.length > literalCount + distanceCount) throw reader.corrupt();
  return {
    literals: huffmanCode(lengths.slice(0, literalCount)),
    distances: huffmanCode(lengths.slice(literalCount)),
  };
}

function expand(reader: BitReader, output: Output, literals: HuffmanCode, distances: HuffmanCode): void {
  for (;;) {
    const symbol = reader.symbol(literals);
    if (symbol < 256) {
      output.push(symbol);
      continue;
    }
    if (symbol === 256) return;
    const length = extended(reader, symbol - 257, lengthBases, lengthExtras);
    const distance = extended(reader, reader.symbol(distances), distanceBases, distanceExtras);
    for (let count = 0; count < length; count++) {
      const byte = output.back(distance);
      if (byte === undefined) throw reader.corrupt();
      output.push(byte);
    }
  }
}

function extended(
  reader: BitReader,
  index: number,
  bases: readonly number[],
  extras: readonly number[],
): number {
  const base = bases[index];
  if (base === undefined) throw reader.corrupt();
  return base + reader.bits(extras[index] ?? 0);
}
