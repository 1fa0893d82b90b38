/** The path of a member of an object, as messages show it: slashes of the key are escaped. */
export function memberPath(path: string, key: string): string {
  return `${path}/${key.includes("/") ? key.replaceAll("/", "\\/") : key}`;
}

/**
 * The expression that `{{@}}` stands for at `path`: the same place below `root`. The first two segments of the path
 * (`mutate/overlay`, `validate/pattern`) are skipped, and before them everything up to `foreach`.
 */
export function placeExpression(path: string, root: string): string {
  const segments = splitPath(path);
  const below = segments.slice(segments.indexOf("foreach") + 1);
  return [root, ...(below.length > 2 ? below.slice(2) : []).map(selector)].join("");
}

/** The keys and indexes of a path; a backslash keeps the slash after it. */
function splitPath(path: string): readonly string[] {
  return path
    .split(/(?<!\\)\//)
    .filter((segment) => segment !== "")
    .map((segment) => segment.replaceAll("\\/", "/"));
}

function selector(segment: string): string {
  if (/^[0-9]+$/.test(segment)) return `[${segment}]`;
  return /^[A-Za-z_(][A-Za-z0-9_)]*$/.test(segment) ? `.${segment}` : `.${JSON.stringify(segment)}`;
}
