import { finding } from "../check.ts";
import type { CheckPod } from "../check.ts";
import { forbidden } from "../field-error.ts";
import type { FieldError } from "../field-error.ts";

const annotation = "container.apparmor.security.beta.kubernetes.io/";

/** AppArmor profiles, by field or by the older annotation, are the runtime's or local ones. */
export const appArmorProfile: CheckPod = (pod) => {
  const errors: FieldError[] = [];
  const names: string[] = [];
  const refused = new Set<string>();
  const ofPod = pod.security?.appArmorType;
  if (ofPod !== undefined && !isAllowedType(ofPod)) {
    errors.push(forbidden("spec.securityContext.appArmorProfile.type", ofPod));
    refused.add(ofPod);
  }
  for (const { name, path, security } of pod.containers) {
    if (security?.appArmorType === undefined || isAllowedType(security.appArmorType)) continue;
    errors.push(forbidden(`${path}.securityContext.appArmorProfile.type`, security.appArmorType));
    names.push(name);
    refused.add(security.appArmorType);
  }
  const annotations = [...pod.annotations].filter(
    ([key, value]) => key.startsWith(annotation) && !isAllowedAnnotation(value),
  );
  for (const [key, value] of annotations.sort(([a], [b]) => (a < b ? -1 : 1))) {
    errors.push(forbidden(`metadata.annotations[${key}]`, value));
  }
  const profiles = refused.size + annotations.length;
  const reason = profiles === 1 ? "forbidden AppArmor profile" : "forbidden AppArmor profiles";
  return finding(reason, errors, names);
};

function isAllowedType(type: string): boolean {
  return type === "RuntimeDefault" || type === "Localhost";
}

function isAllowedAnnotation(value: string): boolean {
  return value === "" || value === "runtime/default" || value.startsWith("localhost/");
}
