import { finding } from "../check.ts";
import type { CheckPod, Finding } from "../check.ts";
import { forbidden } from "../field-error.ts";
import type { FieldError } from "../field-error.ts";

/** The namespaces of the host are not shared. */
export const hostNamespaces: CheckPod = (pod) => {
  const errors: FieldError[] = [];
  if (pod.hostNetwork) errors.push(forbidden("spec.hostNetwork", "true"));
  if (pod.hostPID) errors.push(forbidden("spec.hostPID", "true"));
  if (pod.hostIPC) errors.push(forbidden("spec.hostIPC", "true"));
  return finding("host namespaces", errors);
};

/** There are no hostPath volumes. */
export const hostPathVolumes: CheckPod = (pod) => {
  const errors: FieldError[] = [];
  for (const [index, volume] of pod.volumes.entries()) {
    if (volume.fields.has("hostPath")) {
      errors.push(forbidden(`spec.volumes[${index}].hostPath`, volume.hostPath));
    }
  }
  return finding("hostPath volumes", errors);
};

/** No port of the host is taken. */
export const hostPorts: CheckPod = (pod) => {
  const errors: FieldError[] = [];
  for (const { path, hostPorts: ports } of pod.containers) {
    for (const [index, port] of ports.entries()) {
      if (port !== 0) errors.push(forbidden(`${path}.ports[${index}].hostPort`, String(port)));
    }
  }
  return finding("hostPort", errors);
};

const handlerHost: Finding = { reason: "probe or lifecycle host", errors: [] };

/** Probes and lifecycle hooks name no host. The check tells no fields. */
export const handlerHosts: CheckPod = (pod) =>
  pod.containers.some((container) => container.handlerHosts.length > 0) ? handlerHost : undefined;

/** No container of the pod runs as a process of a Windows host. */
export const windowsHostProcess: CheckPod = (pod) => {
  const errors: FieldError[] = [];
  const names: string[] = [];
  if (pod.security?.hostProcess === true) {
    errors.push(forbidden("spec.securityContext.windowsOptions.hostProcess", "true"));
  }
  for (const { name, path, security } of pod.containers) {
    if (security?.hostProcess !== true) continue;
    errors.push(forbidden(`${path}.securityContext.windowsOptions.hostProcess`, "true"));
    names.push(name);
  }
  return finding("hostProcess", errors, names);
};
