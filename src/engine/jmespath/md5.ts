import { digestBlocks, digestText, rotateLeft } from "./digest-blocks.ts";

const shifts: readonly (readonly number[])[] = [
  [7, 12, 17, 22],
  [5, 9, 14, 20],
  [4, 11, 16, 23],
  [6, 10, 15, 21],
];
const sines = Int32Array.from(
  { length: 64 },
  (_, round) => Math.floor(Math.abs(Math.sin(round + 1)) * 2 ** 32) | 0,
);

/** MD5 (RFC 1321) in lower-case hexadecimal. */
export function md5(bytes: Uint8Array): string {
  let state: readonly number[] = [0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476];
  for (const block of digestBlocks(bytes, true)) {
    const rounds = runRounds(block, state);
    state = state.map((word, index) => (word + (rounds[index] ?? 0)) | 0);
  }
  return digestText(state, true);
}

function runRounds(block: Uint32Array, state: readonly number[]): readonly number[] {
  let [a = 0, b = 0, c = 0, d = 0] = state;
  for (let round = 0; round < 64; round += 1) {
    const phase = round >> 4;
    const word = block[wordOf(phase, round)] ?? 0;
    const mixed = (a + mix(phase, b, c, d) + (sines[round] ?? 0) + word) | 0;
    a = d;
    d = c;
    c = b;
    b = (b + rotateLeft(mixed, shifts[phase]?.[round & 3] ?? 0)) | 0;
  }
  return [a, b, c, d];
}

function mix(phase: number, b: number, c: number, d: number): number {
  if (phase === 0) return (b & c) | (~b & d);
  if (phase === 1) return (d & b) | (~d & c);
  if (phase === 2) return b ^ c ^ d;
  return c ^ (b | ~d);
}

function wordOf(phase: number, round: number): number {
  if (phase === 0) return round;
  if (phase === 1) return (5 * round + 1) & 15;
  if (phase === 2) return (3 * round + 5) & 15;
  return (7 * round) & 15;
}
