const perValue = 16;

/** About how much memory a JSON value takes: enough to bound what is kept by. */
export function approximateBytes(value: unknown): number {
  let bytes = 0;
  const rest: unknown[] = [value];
  while (rest.length > 0) {
    const item = rest.pop();
    bytes += perValue;
    if (typeof item === "string") bytes += item.length;
    else if (typeof item === "object" && item !== null) {
      for (const [key, element] of Object.entries(item)) {
        bytes += key.length;
        rest.push(element);
      }
    }
  }
  return bytes;
}
