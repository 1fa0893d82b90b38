const masks: readonly (readonly [RegExp, string])[] = [
  [/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, "UID"],
  [/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z/g, "TIME"],
  [/("?resourceVersion"?: ?)"\d+"/g, '$1"N"'],
  [/(Resource Version: +)\d+/g, "$1N"],
  [/\bmade-[a-z0-9]{5}\b/g, "made-XXXXX"],
  [/\b10\.96\.\d+\.\d+\b/g, "ADDRESS"],
  [/https?:\/\/127\.0\.0\.1:\d+/g, "SERVER"],
  [/,?"storageVersionHash":"[^"]*"/g, ""],
  // Ages stand at the end of a line or between columns.
  [/(?<=\s)(\d+[smhd]){1,2}(?=\s|$)/gm, "AGE"],
  // Names of temporary files and the times of a diff.
  [/\/tmp\/(LIVE|MERGED)-\d+/g, "/tmp/$1"],
  [/\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d+ [+-]\d{4}/g, "TIME"],
  [/\d{4}-\d\d-\d\d \d\d:\d\d:\d\d \+0000 UTC/g, "TIME"],
];

/** Text without what differs from run to run: uids, times, ages, revisions, addresses; columns keep one width. */
export function maskText(text: string): string {
  const masked = masks.reduce((result, [pattern, replacement]) => result.replace(pattern, replacement), text);
  return masked
    .split("\n")
    .map((line) => (line.startsWith(" ") ? line.trimEnd() : line.replace(/ {2,}/g, "  ").trimEnd()))
    .join("\n");
}
