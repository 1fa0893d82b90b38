import { array, enumOf, object, optional, string } from "../schema/build.ts";
import type { Infer } from "../schema/schema.ts";

const controls = [
  "HostProcess",
  "Host Namespaces",
  "Privileged Containers",
  "Capabilities",
  "HostPath Volumes",
  "Host Ports",
  "AppArmor",
  "SELinux",
  "/proc Mount Type",
  "Seccomp",
  "Sysctls",
  "Volume Types",
  "Privilege Escalation",
  "Running as Non-root",
  "Running as Non-root user",
] as const;

const versions = [
  "v1.19",
  "v1.20",
  "v1.21",
  "v1.22",
  "v1.23",
  "v1.24",
  "v1.25",
  "v1.26",
  "v1.27",
  "v1.28",
  "v1.29",
  "latest",
] as const;

const exclusion = object({
  controlName: enumOf(controls),
  images: optional(
    array(string(), { description: "Images whose containers are excluded; wildcards allowed." }),
  ),
  restrictedField: optional(string()),
  values: optional(array(string())),
});

/** A control of the pod security standards that does not count, for these images or values. */
export interface PodSecurityExclusion extends Infer<typeof exclusion> {}

/** Controls left out of pod security. */
export const podSecurityExclusionsSchema = array(exclusion);

const podSecurity = object({
  exclude: optional(podSecurityExclusionsSchema),
  level: optional(enumOf(["privileged", "baseline", "restricted"])),
  version: optional(enumOf(versions)),
});

/** The `validate.podSecurity` block of a rule. */
export interface PodSecurityValidation extends Infer<typeof podSecurity> {}

/** The `validate.podSecurity` block of a rule. */
export const podSecuritySchema = podSecurity;
