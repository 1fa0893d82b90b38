/**
 * About how many states a regular expression has once its counted repetitions are written out: `(a{10}){10}` has a hundred.
 * It reads the expression only as far as that needs, and takes no offence at one that is none.
 */
export function expandedSize(pattern: string): number {
  // Sizes of the parts of each open group, the last of which a repetition may follow.
  const groups: { total: number; last: number }[] = [{ total: 0, last: 0 }];
  for (let at = 0; at < pattern.length; at++) {
    const group = groups.at(-1);
    if (group === undefined) break;
    const letter = pattern[at];
    if (letter === "(") {
      groups.push({ total: 1, last: 0 });
      continue;
    }
    if (letter === ")" && groups.length > 1) {
      groups.pop();
      addPart(groups.at(-1), group.total + group.last);
      continue;
    }
    if (letter === "{") {
      const counts = /\{(\d{1,9})(?:,(\d{0,9}))?\}/y;
      counts.lastIndex = at;
      const found = counts.exec(pattern);
      if (found !== null) {
        group.last *= Math.max(1, Number(found[1]), Number(found[2] ?? 0));
        at += found[0].length - 1;
        continue;
      }
    }
    if (letter === "\\") at++;
    else if (letter === "[") at = endOfClass(pattern, at);
    addPart(group, 1);
  }
  return groups.reduce((sum, { total, last }) => sum + total + last, 0);
}

function addPart(group: { total: number; last: number } | undefined, size: number): void {
  if (group === undefined) return;
  group.total += group.last;
  group.last = size;
}

/** Where a class such as `[^]a-z]` ends. */
function endOfClass(pattern: string, from: number): number {
  let at = from + 1;
  if (pattern[at] === "^") at++;
  if (pattern[at] === "]") at++;
  while (at < pattern.length && pattern[at] !== "]") at += pattern[at] === "\\" ? 2 : 1;
  return at;
}
