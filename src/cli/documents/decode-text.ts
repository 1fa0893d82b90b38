import { TextDecoder } from "node:util";

/** A file that is no text; the message says why. */
export class NoTextError extends Error {
  override readonly name = "NoTextError";
}

/**
 * The text of a file: UTF-8, or UTF-16 where it begins with that byte order mark, as YAML wants it. Throws a
 * `NoTextError` for bytes that are neither.
 */
export async function* decodeText(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  let decoder: TextDecoder | undefined;
  let held: Uint8Array = new Uint8Array(0);
  for await (const chunk of chunks) {
    // The mark is two or three bytes long, and a pipe may hand them out one by one.
    const bytes = held.length === 0 ? chunk : Buffer.concat([held, chunk]);
    if (decoder === undefined && bytes.length < 2) {
      held = bytes;
      continue;
    }
    held = new Uint8Array(0);
    decoder ??= new TextDecoder(encodingOf(bytes), { fatal: true });
    yield decode(decoder, bytes, true);
  }
  const rest = decode(decoder ?? new TextDecoder("utf-8", { fatal: true }), held, false);
  if (rest !== "") yield rest;
}

function encodingOf([first, second]: Uint8Array): "utf-8" | "utf-16le" | "utf-16be" {
  if (first === 0xff && second === 0xfe) return "utf-16le";
  return first === 0xfe && second === 0xff ? "utf-16be" : "utf-8";
}

function decode(decoder: TextDecoder, bytes: Uint8Array, stream: boolean): string {
  try {
    return decoder.decode(bytes, { stream });
  } catch {
    throw new NoTextError(`no text: not ${decoder.encoding === "utf-8" ? "UTF-8" : "UTF-16"}`);
  }
}
