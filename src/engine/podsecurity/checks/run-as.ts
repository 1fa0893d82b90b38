import { finding } from "../check.ts";
import type { CheckPod } from "../check.ts";
import { forbidden, required } from "../field-error.ts";
import type { FieldError } from "../field-error.ts";

/** Nobody runs as root: `runAsNonRoot` is true at the container, or true at the pod and not false at the container. */
export const runAsNonRoot: CheckPod = (pod) => {
  const ofPod = pod.security?.runAsNonRoot;
  const set: FieldError[] = [];
  const setNames: string[] = [];
  const unset: FieldError[] = [];
  const unsetNames: string[] = [];
  if (ofPod === false) set.push(forbidden("spec.securityContext.runAsNonRoot", "false"));
  for (const { name, path, security } of pod.containers) {
    const field = `${path}.securityContext.runAsNonRoot`;
    if (security?.runAsNonRoot === false) {
      set.push(forbidden(field, "false"));
      setNames.push(name);
    } else if (security?.runAsNonRoot === undefined && ofPod !== true) {
      unset.push(required(field));
      unsetNames.push(name);
    }
  }
  return finding("runAsNonRoot != true", [...set, ...unset], setNames.length > 0 ? setNames : unsetNames);
};

/** Nobody asks for user 0. */
export const runAsUser: CheckPod = (pod) => {
  const errors: FieldError[] = [];
  const names: string[] = [];
  if (pod.security?.runAsUser === 0) errors.push(forbidden("spec.securityContext.runAsUser", "0"));
  for (const { name, path, security } of pod.containers) {
    if (security?.runAsUser !== 0) continue;
    errors.push(forbidden(`${path}.securityContext.runAsUser`, "0"));
    names.push(name);
  }
  return finding("runAsUser=0", errors, names);
};
