import type { Check } from "./check.ts";
import { appArmorProfile } from "./checks/app-armor.ts";
import { baselineCapabilities, restrictedCapabilities } from "./checks/capabilities.ts";
import { exceptWindows, privileged, privilegeEscalation, procMount } from "./checks/container-flags.ts";
import {
  handlerHosts,
  hostNamespaces,
  hostPathVolumes,
  hostPorts,
  windowsHostProcess,
} from "./checks/host.ts";
import { runAsNonRoot, runAsUser } from "./checks/run-as.ts";
import { seLinuxOptions, seLinuxTypes, seLinuxTypesSince31 } from "./checks/se-linux.ts";
import { seccompAnnotations, seccompRequired, seccompSet } from "./checks/seccomp.ts";
import { safeSysctls, sysctls } from "./checks/sysctls.ts";
import { restrictedVolumes } from "./checks/volume-types.ts";

/**
 * The checks of the Pod Security Standards (https://kubernetes.io/docs/concepts/security/pod-security-standards/) in the
 * order in which they are reported, with the version that brought each form of them. A new version of the standards is a
 * row or a variant here.
 */
export const podSecurityChecks: readonly Check[] = [
  {
    id: "allowPrivilegeEscalation",
    control: "Privilege Escalation",
    level: "restricted",
    variants: [
      { sinceMinor: 8, find: privilegeEscalation },
      { sinceMinor: 25, find: exceptWindows(privilegeEscalation) },
    ],
  },
  {
    id: "appArmorProfile",
    control: "AppArmor",
    level: "baseline",
    variants: [{ sinceMinor: 0, find: appArmorProfile }],
  },
  {
    id: "capabilities_baseline",
    control: "Capabilities",
    level: "baseline",
    variants: [{ sinceMinor: 0, find: baselineCapabilities }],
  },
  {
    id: "capabilities_restricted",
    control: "Capabilities",
    level: "restricted",
    variants: [
      { sinceMinor: 22, find: restrictedCapabilities },
      { sinceMinor: 25, find: exceptWindows(restrictedCapabilities) },
    ],
  },
  {
    id: "hostNamespaces",
    control: "Host Namespaces",
    level: "baseline",
    variants: [{ sinceMinor: 0, find: hostNamespaces }],
  },
  {
    id: "hostPathVolumes",
    control: "HostPath Volumes",
    level: "baseline",
    variants: [{ sinceMinor: 0, find: hostPathVolumes }],
  },
  {
    id: "hostPorts",
    control: "Host Ports",
    level: "baseline",
    variants: [{ sinceMinor: 0, find: hostPorts }],
  },
  {
    id: "hostProbesAndHostLifecycle",
    control: "",
    level: "baseline",
    variants: [{ sinceMinor: 34, find: handlerHosts }],
  },
  {
    id: "privileged",
    control: "Privileged Containers",
    level: "baseline",
    variants: [{ sinceMinor: 0, find: privileged }],
  },
  {
    id: "procMount",
    control: "/proc Mount Type",
    level: "baseline",
    variants: [{ sinceMinor: 0, find: procMount }],
  },
  {
    id: "restrictedVolumes",
    control: "Volume Types",
    level: "restricted",
    variants: [{ sinceMinor: 0, find: restrictedVolumes }],
  },
  {
    id: "runAsNonRoot",
    control: "Running as Non-root",
    level: "restricted",
    variants: [{ sinceMinor: 0, find: runAsNonRoot }],
  },
  {
    id: "runAsUser",
    control: "Running as Non-root user",
    level: "restricted",
    variants: [{ sinceMinor: 23, find: runAsUser }],
  },
  {
    id: "seLinuxOptions",
    control: "SELinux",
    level: "baseline",
    variants: [
      { sinceMinor: 0, find: seLinuxOptions(seLinuxTypes) },
      { sinceMinor: 31, find: seLinuxOptions(seLinuxTypesSince31) },
    ],
  },
  {
    id: "seccompProfile_baseline",
    control: "Seccomp",
    level: "baseline",
    variants: [
      { sinceMinor: 0, find: seccompAnnotations },
      { sinceMinor: 19, find: seccompSet },
    ],
  },
  {
    id: "seccompProfile_restricted",
    control: "Seccomp",
    level: "restricted",
    variants: [
      { sinceMinor: 19, find: seccompRequired },
      { sinceMinor: 25, find: exceptWindows(seccompRequired) },
    ],
  },
  {
    id: "sysctls",
    control: "Sysctls",
    level: "baseline",
    variants: [
      { sinceMinor: 0, find: sysctls(safeSysctls.always) },
      { sinceMinor: 27, find: sysctls(safeSysctls.since27) },
      { sinceMinor: 29, find: sysctls(safeSysctls.since29) },
      { sinceMinor: 32, find: sysctls(safeSysctls.since32) },
    ],
  },
  {
    id: "windowsHostProcess",
    control: "HostProcess",
    level: "baseline",
    variants: [{ sinceMinor: 0, find: windowsHostProcess }],
  },
];
