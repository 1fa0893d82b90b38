import { TransportError } from "./api-error.ts";

const newline = 0x0a;

/**
 * The lines of a byte stream as text, without empty ones. Bytes are decoded by the whole line, so a character that two
 * chunks share is never torn; a line that is not ended by a newline when the stream ends was cut off and is dropped.
 * Throws TransportError `too-large` for a line of more than `maxBytes`.
 */
export async function* splitLines(chunks: AsyncIterable<Buffer>, maxBytes: number): AsyncGenerator<string> {
  let parts: Buffer[] = [];
  let partBytes = 0;
  for await (const chunk of chunks) {
    let start = 0;
    for (let end = chunk.indexOf(newline); end >= 0; end = chunk.indexOf(newline, start)) {
      const line = takeLine(parts, chunk.subarray(start, end));
      parts = [];
      partBytes = 0;
      start = end + 1;
      if (line !== "") yield line;
    }
    if (start === chunk.length) continue;
    parts.push(chunk.subarray(start));
    partBytes += chunk.length - start;
    if (partBytes > maxBytes) {
      throw new TransportError("too-large", `one event of a watch is longer than ${maxBytes} bytes`);
    }
  }
}

function takeLine(parts: readonly Buffer[], last: Buffer): string {
  return (parts.length === 0 ? last : Buffer.concat([...parts, last])).toString("utf8").trim();
}
