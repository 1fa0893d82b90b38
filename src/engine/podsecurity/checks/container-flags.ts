import { finding } from "../check.ts";
import type { CheckPod } from "../check.ts";
import { forbidden, required } from "../field-error.ts";
import type { FieldError } from "../field-error.ts";
import type { ContainerView, PodView } from "../pod-view.ts";

/** Collects at most one error per container. */
function perContainer(
  reason: string,
  errorOf: (container: ContainerView) => FieldError | undefined,
): CheckPod {
  return (pod) => {
    const errors: FieldError[] = [];
    const names: string[] = [];
    for (const container of pod.containers) {
      const error = errorOf(container);
      if (error === undefined) continue;
      errors.push(error);
      names.push(container.name);
    }
    return finding(reason, errors, names);
  };
}

/** `allowPrivilegeEscalation` must be false in every container. */
export const privilegeEscalation = perContainer("allowPrivilegeEscalation != false", (container) => {
  const field = `${container.path}.securityContext.allowPrivilegeEscalation`;
  if (container.security === undefined) return required(field);
  const allowed = container.security.allowPrivilegeEscalation;
  if (allowed === undefined) return forbidden(field, "nil");
  return allowed ? forbidden(field, "true") : undefined;
});

/** `privileged` must not be true. */
export const privileged = perContainer("privileged", (container) =>
  container.security?.privileged === true
    ? forbidden(`${container.path}.securityContext.privileged`, "true")
    : undefined,
);

/** `procMount` may only be `Default`. */
export const procMount = perContainer("procMount", ({ path, security }) =>
  security?.procMount === undefined || security.procMount === "Default"
    ? undefined
    : forbidden(`${path}.securityContext.procMount`, security.procMount),
);

/** The check for pods that are not declared to run on Windows, where its fields do not exist. */
export function exceptWindows(find: CheckPod): CheckPod {
  return (pod: PodView) => (pod.isWindows ? undefined : find(pod));
}
