/** Kinds that hold a pod template, and the full selectors that generated rules name them by. */
const selectors: ReadonlyMap<string, string> = new Map([
  ["CronJob", "batch/v1/CronJob"],
  ["DaemonSet", "apps/v1/DaemonSet"],
  ["Deployment", "apps/v1/Deployment"],
  ["Job", "batch/v1/Job"],
  ["ReplicaSet", "apps/v1/ReplicaSet"],
  ["ReplicationController", "v1/ReplicationController"],
  ["StatefulSet", "apps/v1/StatefulSet"],
]);

/** The controllers that rules for pods extend to, CronJob among them. */
export const podControllers: readonly string[] = [...selectors.keys()];

/** The selector of a controller; a name that is none stands for itself. */
export function controllerSelector(kind: string): string {
  return selectors.get(kind) ?? kind;
}

const groupVersionPrefix = /^v\d(?:(?:alpha|beta)\d)?|\*$/;

/** True where one of the `kinds` entries means Pod, in any spelling and with any subresource. */
export function namesPod(kinds: readonly string[]): boolean {
  return kinds.some((entry) => kindOf(entry) === "Pod");
}

/** The kind of a `kinds` entry as autogen reads it, which is not quite how matching does. */
function kindOf(entry: string): string {
  const pieces = entry.split("/");
  const [first = "", second = "", third = ""] = pieces;
  switch (pieces.length) {
    case 1:
      return withoutSubresource(first);
    case 2:
      return groupVersionPrefix.test(first) ? withoutSubresource(second) : first;
    case 3:
      return groupVersionPrefix.test(first) ? second : withoutSubresource(third);
    case 4:
      return third;
    default:
      return "";
  }
}

function withoutSubresource(text: string): string {
  const pieces = text.replace(".", "/").split("/");
  return pieces.length === 2 ? (pieces[0] ?? "") : text;
}
