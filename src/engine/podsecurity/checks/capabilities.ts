import { finding } from "../check.ts";
import type { CheckPod } from "../check.ts";
import { forbiddenList, required } from "../field-error.ts";
import type { FieldError } from "../field-error.ts";

const defaultCapabilities: ReadonlySet<string> = new Set([
  "AUDIT_WRITE",
  "CHOWN",
  "DAC_OVERRIDE",
  "FOWNER",
  "FSETID",
  "KILL",
  "MKNOD",
  "NET_BIND_SERVICE",
  "SETFCAP",
  "SETGID",
  "SETPCAP",
  "SETUID",
  "SYS_CHROOT",
]);

/** Only capabilities of the default set may be added. */
export const baselineCapabilities: CheckPod = (pod) => {
  const errors: FieldError[] = [];
  const names: string[] = [];
  for (const { name, path, security } of pod.containers) {
    const refused = (security?.capabilities?.add ?? []).filter((added) => !defaultCapabilities.has(added));
    if (refused.length === 0) continue;
    errors.push(forbiddenList(addPath(path), sortedSet(refused)));
    names.push(name);
  }
  return finding("non-default capabilities", errors, names);
};

/** Every container drops ALL and adds NET_BIND_SERVICE at most. */
export const restrictedCapabilities: CheckPod = (pod) => {
  const missing: FieldError[] = [];
  const missingNames: string[] = [];
  const adding: FieldError[] = [];
  const addingNames: string[] = [];
  for (const { name, path, security } of pod.containers) {
    const { add, drop } = security?.capabilities ?? { add: [], drop: [] };
    if (!drop.includes("ALL")) {
      missing.push(
        drop.length === 0 ? required(dropPath(path)) : forbiddenList(dropPath(path), sortedSet(drop)),
      );
      missingNames.push(name);
    }
    const refused = add.filter((added) => added !== "NET_BIND_SERVICE");
    if (refused.length === 0) continue;
    adding.push(forbiddenList(addPath(path), sortedSet(refused)));
    addingNames.push(name);
  }
  const names = missingNames.length > 0 ? missingNames : addingNames;
  return finding("unrestricted capabilities", [...missing, ...adding], names);
};

function addPath(container: string): string {
  return `${container}.securityContext.capabilities.add`;
}

function dropPath(container: string): string {
  return `${container}.securityContext.capabilities.drop`;
}

function sortedSet(values: readonly string[]): readonly string[] {
  return [...new Set(values)].sort();
}
