/**
 * The shortest path with the same meaning: single slashes, no `.`, no `..` but leading ones of a relative path, no
 * slash at the end. Purely lexical; an empty path stays empty.
 */
export function cleanPath(path: string): string {
  if (path === "") return "";
  const isRooted = path.startsWith("/");
  const segments: string[] = [];
  for (const segment of path.split("/")) {
    if (segment === "" || segment === ".") continue;
    if (segment !== "..") segments.push(segment);
    else if (segments.length > 0 && segments.at(-1) !== "..") segments.pop();
    else if (!isRooted) segments.push("..");
  }
  if (isRooted) return `/${segments.join("/")}`;
  return segments.length === 0 ? "." : segments.join("/");
}
