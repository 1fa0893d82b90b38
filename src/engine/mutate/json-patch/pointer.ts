/** A place in a document: the keys of the objects and lists on the way to it, and its own. */
export interface Pointer {
  readonly parents: readonly string[];
  readonly key: string;
}

/** Reads a JSON pointer (RFC 6901) without the escapes undone; undefined for one that does not begin with a slash. */
export function parsePointer(path: string): Pointer | undefined {
  const [first, ...segments] = path.split("/");
  const key = segments.pop();
  return first === undefined || key === undefined ? undefined : { parents: segments, key };
}

/** The key that a segment of a pointer stands for. */
export function unescapeSegment(segment: string): string {
  return segment.includes("~") ? segment.replaceAll("~1", "/").replaceAll("~0", "~") : segment;
}

/** The number that a segment is, negative ones included; undefined where it is none. */
export function indexOf(segment: string): number | undefined {
  if (!/^[-+]?\d{1,15}$/.test(segment)) return undefined;
  return Number(segment) + 0;
}
