import { everyContainer, passIf } from "./pod.ts";
import type { CheckByHand, ContainerSecurity, PodSecurity } from "./pod.ts";

const addable: ReadonlySet<string> = new Set([
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
const sysctls: ReadonlySet<string> = new Set([
  "kernel.shm_rmid_forced",
  "net.ipv4.ip_local_port_range",
  "net.ipv4.ip_unprivileged_port_start",
  "net.ipv4.tcp_syncookies",
  "net.ipv4.ping_group_range",
]);
const seLinuxTypes: ReadonlySet<string> = new Set(["container_t", "container_init_t", "container_kvm_t"]);
const volumeFields: ReadonlySet<string> = new Set([
  "name",
  "configMap",
  "csi",
  "downwardAPI",
  "emptyDir",
  "ephemeral",
  "persistentVolumeClaim",
  "projected",
  "secret",
]);
const profilePrefix = "container.apparmor.security.beta.kubernetes.io/";

const hasRightType = (security: PodSecurity | ContainerSecurity | undefined): boolean => {
  const type = security?.seLinuxOptions?.type;
  return type === undefined || seLinuxTypes.has(type);
};

const setsNoUser = (security: PodSecurity | ContainerSecurity | undefined): boolean =>
  security?.seLinuxOptions?.user === undefined && security?.seLinuxOptions?.role === undefined;

const isNoRoot = (security: PodSecurity | ContainerSecurity | undefined): boolean =>
  security?.runAsUser === undefined || security.runAsUser > 0;

const profilesAreRight: CheckByHand = ({ metadata: { annotations } }) => {
  for (const key in annotations) {
    if (!key.startsWith(profilePrefix)) continue;
    const profile = annotations[key] ?? "";
    if (profile !== "runtime/default" && !profile.startsWith("localhost/")) return "fail";
  }
  return "pass";
};

/** The rules of the pattern and deny policies of `pod-security`, by name. */
export const podSecurityChecks: Readonly<Record<string, CheckByHand>> = {
  "host-namespaces": ({ spec }) =>
    passIf(spec.hostNetwork !== true && spec.hostPID !== true && spec.hostIPC !== true),
  "privileged-containers": (pod) =>
    passIf(everyContainer(pod, ({ securityContext }) => securityContext?.privileged !== true)),
  "selinux-type": (pod) =>
    passIf(
      hasRightType(pod.spec.securityContext) &&
        everyContainer(pod, ({ securityContext }) => hasRightType(securityContext)),
    ),
  "selinux-user-role": (pod) =>
    passIf(
      setsNoUser(pod.spec.securityContext) &&
        everyContainer(pod, ({ securityContext }) => setsNoUser(securityContext)),
    ),
  "app-armor": profilesAreRight,
  "check-sysctls": ({ spec }) =>
    passIf(spec.securityContext?.sysctls?.every(({ name }) => sysctls.has(name)) ?? true),
  "privilege-escalation": (pod) =>
    passIf(everyContainer(pod, ({ securityContext }) => securityContext?.allowPrivilegeEscalation === false)),
  "run-as-non-root-user": (pod) =>
    passIf(
      isNoRoot(pod.spec.securityContext) &&
        everyContainer(pod, ({ securityContext }) => isNoRoot(securityContext)),
    ),
  "adding-capabilities": (pod) =>
    passIf(
      everyContainer(
        pod,
        ({ securityContext }) =>
          securityContext?.capabilities?.add?.every((name) => addable.has(name)) ?? true,
      ),
    ),
  "restricted-volumes": ({ spec }) => {
    for (const volume of spec.volumes ?? []) {
      for (const field in volume) if (!volumeFields.has(field)) return "fail";
    }
    return "pass";
  },
};
