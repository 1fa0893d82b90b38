const perValue = 16;

/** About how much memory a JSON value takes: enough to bound a cache by. */
export function approximateBytes(value: unknown): number {
  let bytes = 0;
  const rest: unknown[] = [value];
  while (rest.length > 0) {
    const item = rest.pop();
    bytes += perValue;
    if (typeof item === "string") bytes += item.length;
    else if (Array.isArray(item)) for (const element of item) rest.push(element);
    else if (typeof item === "object" && item !== null) {
      for (const [key, element] of Object.entries(item)) {
        bytes += key.length;
        rest.push(element);
      }
    }
  }
  return bytes;
}
