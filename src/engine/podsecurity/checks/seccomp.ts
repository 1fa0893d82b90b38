import { finding } from "../check.ts";
import type { CheckPod } from "../check.ts";
import { forbidden, required } from "../field-error.ts";
import type { FieldError } from "../field-error.ts";
import type { PodView } from "../pod-view.ts";

const podAnnotation = "seccomp.security.alpha.kubernetes.io/pod";
const containerAnnotation = "container.seccomp.security.alpha.kubernetes.io/";

function isAllowedType(type: string): boolean {
  return type === "RuntimeDefault" || type === "Localhost";
}

function isAllowedAnnotation(value: string): boolean {
  return value === "runtime/default" || value === "docker/default" || value.startsWith("localhost/");
}

/** Before 1.19 profiles were annotations. */
export const seccompAnnotations: CheckPod = (pod) => {
  const errors: FieldError[] = [];
  const keys = [podAnnotation, ...pod.containers.map(({ name }) => `${containerAnnotation}${name}`)];
  for (const key of keys.sort()) {
    const value = pod.annotations.get(key);
    if (value !== undefined && !isAllowedAnnotation(value)) {
      errors.push(forbidden(`metadata.annotations[${key}]`, value));
    }
  }
  return finding("seccompProfile", errors);
};

/** No profile is set to anything but RuntimeDefault or Localhost. */
export const seccompSet: CheckPod = (pod) => {
  const { errors, names } = refusedProfiles(pod);
  return finding("seccompProfile", errors, names);
};

/** As `seccompSet`; and every container has a profile, of its own or through the pod. */
export const seccompRequired: CheckPod = (pod) => {
  const refused = refusedProfiles(pod);
  if (refused.errors.length > 0) return finding("seccompProfile", refused.errors, refused.names);
  if (pod.security?.seccompType !== undefined) return undefined;
  const unset = pod.containers.filter(({ security }) => security?.seccompType === undefined);
  return finding(
    "seccompProfile",
    unset.map(({ path }) => required(`${path}.securityContext.seccompProfile.type`)),
    unset.map(({ name }) => name),
  );
};

function refusedProfiles(pod: PodView): { readonly errors: FieldError[]; readonly names: string[] } {
  const errors: FieldError[] = [];
  const names: string[] = [];
  const ofPod = pod.security?.seccompType;
  if (ofPod !== undefined && !isAllowedType(ofPod)) {
    errors.push(forbidden("spec.securityContext.seccompProfile.type", ofPod));
  }
  for (const { name, path, security } of pod.containers) {
    if (security?.seccompType === undefined || isAllowedType(security.seccompType)) continue;
    errors.push(forbidden(`${path}.securityContext.seccompProfile.type`, security.seccompType));
    names.push(name);
  }
  return { errors, names };
}
