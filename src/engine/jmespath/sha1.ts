import { digestBlocks, digestText, rotateLeft } from "./digest-blocks.ts";

/** SHA-1 (FIPS 180-4) in lower-case hexadecimal. */
export function sha1(bytes: Uint8Array): string {
  let state = [0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0];
  for (const block of digestBlocks(bytes, false)) {
    const rounds = runRounds(schedule(block), state);
    state = state.map((word, index) => (word + (rounds[index] ?? 0)) | 0);
  }
  return digestText(state, false);
}

function schedule(block: Uint32Array): Int32Array {
  const words = new Int32Array(80);
  words.set(block);
  for (let at = 16; at < 80; at += 1) {
    const mixed = (words[at - 3] ?? 0) ^ (words[at - 8] ?? 0) ^ (words[at - 14] ?? 0) ^ (words[at - 16] ?? 0);
    words[at] = rotateLeft(mixed, 1);
  }
  return words;
}

function runRounds(words: Int32Array, state: readonly number[]): readonly number[] {
  let [a = 0, b = 0, c = 0, d = 0, e = 0] = state;
  for (const [round, word] of words.entries()) {
    const next = (rotateLeft(a, 5) + mix(round, b, c, d) + e + word) | 0;
    e = d;
    d = c;
    c = rotateLeft(b, 30);
    b = a;
    a = next;
  }
  return [a, b, c, d, e];
}

function mix(round: number, b: number, c: number, d: number): number {
  if (round < 20) return ((b & c) | (~b & d)) + 0x5a827999;
  if (round < 40) return (b ^ c ^ d) + 0x6ed9eba1;
  if (round < 60) return ((b & c) | (b & d) | (c & d)) + 0x8f1bbcdc;
  return (b ^ c ^ d) + 0xca62c1d6;
}
