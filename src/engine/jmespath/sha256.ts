import { digestBlocks, digestText, rotateLeft } from "./digest-blocks.ts";

const primes = firstPrimes(64);
/** The first 32 bits of the fractions of the square roots of the first 8 primes. */
const initialState = primes.slice(0, 8).map((prime) => fractionBits(Math.sqrt(prime)));
/** The same of the cube roots of the first 64 primes. */
const roundConstants = Int32Array.from(primes, (prime) => fractionBits(Math.cbrt(prime)));

/** SHA-256 (FIPS 180-4) in lower-case hexadecimal. */
export function sha256(bytes: Uint8Array): string {
  let state = initialState;
  for (const block of digestBlocks(bytes, false)) {
    const rounds = runRounds(schedule(block), state);
    state = state.map((word, index) => (word + (rounds[index] ?? 0)) | 0);
  }
  return digestText(state, false);
}

function schedule(block: Uint32Array): Int32Array {
  const words = new Int32Array(64);
  words.set(block);
  for (let at = 16; at < 64; at += 1) {
    const older = words[at - 15] ?? 0;
    const newer = words[at - 2] ?? 0;
    const small = rotateRight(older, 7) ^ rotateRight(older, 18) ^ (older >>> 3);
    const large = rotateRight(newer, 17) ^ rotateRight(newer, 19) ^ (newer >>> 10);
    words[at] = ((words[at - 16] ?? 0) + small + (words[at - 7] ?? 0) + large) | 0;
  }
  return words;
}

function runRounds(words: Int32Array, state: readonly number[]): readonly number[] {
  let [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0] = state;
  for (const [round, word] of words.entries()) {
    const choice = (e & f) ^ (~e & g);
    const majority = (a & b) ^ (a & c) ^ (b & c);
    const upper = rotateRight(a, 2) ^ rotateRight(a, 13) ^ rotateRight(a, 22);
    const lower = rotateRight(e, 6) ^ rotateRight(e, 11) ^ rotateRight(e, 25);
    const added = (h + lower + choice + (roundConstants[round] ?? 0) + word) | 0;
    h = g;
    g = f;
    f = e;
    e = (d + added) | 0;
    d = c;
    c = b;
    b = a;
    a = (added + upper + majority) | 0;
  }
  return [a, b, c, d, e, f, g, h];
}

function rotateRight(word: number, bits: number): number {
  return rotateLeft(word, 32 - bits);
}

function fractionBits(value: number): number {
  return ((value - Math.floor(value)) * 2 ** 32) | 0;
}

function firstPrimes(count: number): readonly number[] {
  const found: number[] = [];
  for (let candidate = 2; found.length < count; candidate += 1) {
    if (found.every((prime) => candidate % prime !== 0)) found.push(candidate);
  }
  return found;
}
