/**
 * The message of MD5, SHA-1 and SHA-256 as 32-bit words: a one bit, zeros, and its length in bits, in blocks of sixteen
 * words.
 */
export function digestBlocks(bytes: Uint8Array, littleEndian: boolean): readonly Uint32Array[] {
  const size = Math.ceil((bytes.length + 9) / 64) * 64;
  const padded = new Uint8Array(size);
  padded.set(bytes);
  padded[bytes.length] = 0x80;
  const view = new DataView(padded.buffer);
  const high = Math.floor(bytes.length / 0x20000000);
  const low = (bytes.length << 3) >>> 0;
  view.setUint32(size - 8, littleEndian ? low : high, littleEndian);
  view.setUint32(size - 4, littleEndian ? high : low, littleEndian);
  return Array.from({ length: size / 64 }, (_, block) =>
    Uint32Array.from({ length: 16 }, (_word, word) => view.getUint32(block * 64 + word * 4, littleEndian)),
  );
}

/** The words of a digest in lower-case hexadecimal. */
export function digestText(words: Iterable<number>, littleEndian: boolean): string {
  let text = "";
  for (const word of words) {
    const value = littleEndian ? swapBytes(word) : word;
    text += (value >>> 0).toString(16).padStart(8, "0");
  }
  return text;
}

function swapBytes(word: number): number {
  return (word << 24) | ((word & 0xff00) << 8) | ((word >>> 8) & 0xff00) | (word >>> 24);
}

export function rotateLeft(word: number, bits: number): number {
  return (word << bits) | (word >>> (32 - bits));
}
