import { finding } from "../check.ts";
import type { CheckPod } from "../check.ts";
import { forbidden } from "../field-error.ts";
import type { FieldError } from "../field-error.ts";
import type { SELinuxView } from "../pod-view.ts";

const types: readonly string[] = ["", "container_t", "container_init_t", "container_kvm_t"];

/** SELinux types of the versions before 1.31. */
export const seLinuxTypes: ReadonlySet<string> = new Set(types);

/** SELinux types since 1.31. */
export const seLinuxTypesSince31: ReadonlySet<string> = new Set([...types, "container_engine_t"]);

/** SELinux options set an allowed type at most, and neither user nor role. */
export function seLinuxOptions(allowed: ReadonlySet<string>): CheckPod {
  const errorsOf = (options: SELinuxView, path: string, errors: FieldError[]) => {
    const field = `${path}.securityContext.seLinuxOptions`;
    if (!allowed.has(options.type)) errors.push(forbidden(`${field}.type`, options.type));
    if (options.user !== "") errors.push(forbidden(`${field}.user`, options.user));
    if (options.role !== "") errors.push(forbidden(`${field}.role`, options.role));
  };
  return (pod) => {
    const errors: FieldError[] = [];
    if (pod.security?.seLinux !== undefined) errorsOf(pod.security.seLinux, "spec", errors);
    for (const { path, security } of pod.containers) {
      if (security?.seLinux !== undefined) errorsOf(security.seLinux, path, errors);
    }
    return finding("seLinuxOptions", errors);
  };
}
