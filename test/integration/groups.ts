/** Files that run in one process, one after the other. */
export interface FileGroup {
  readonly name: string;
  readonly files: readonly string[];
}

const folder = "test/integration/";

/**
 * Files in one line share a process: its modules, and the cluster that they join. The order is that of the starts: what
 * takes long comes first. A file that is in no line has a process of its own and starts before the lines.
 */
const lines: readonly (readonly string[])[] = [
  ["scan/leases"],
  ["demo"],
  ["scan/restart"],
  ["install"],
  ["scan/left-reports"],
  ["context/entries", "context/sources", "scan/kinds"],
  ["context/policy-conditions", "scan/cel-policies", "scan/live-changes", "scan/mutating-policies"],
  ["cleanup/cleanup-policies", "cleanup/ttl"],
  ["leases-events-broker", "list-watch", "report-keeper"],
  ["context/list-counts"],
  ["explain", "control-plane"],
];

/** Puts files, named from the project's folder, into groups in the order in which they are to start. */
export function groupFiles(files: readonly string[]): readonly FileGroup[] {
  const left = new Set(files);
  const grouped: FileGroup[] = [];
  for (const line of lines) {
    const members = line.map((name) => `${folder}${name}.test.ts`).filter((file) => left.delete(file));
    if (members.length > 0) grouped.push({ name: nameOf(members), files: members });
  }
  const alone = [...left].toSorted().map((file) => ({ name: nameOf([file]), files: [file] }));
  return [...alone, ...grouped];
}

function nameOf(files: readonly string[]): string {
  return files.map((file) => file.replace(folder, "").replace(".test.ts", "")).join(", ");
}
