import { everyContainer, passIf } from "./pod.ts";
import type { CheckByHand, Container, ContainerSecurity, Pod, PodSecurity } from "./pod.ts";

const volumeSources: ReadonlySet<string> = new Set([
  "name",
  "configMap",
  "csi",
  "downwardAPI",
  "emptyDir",
  "ephemeral",
  "image",
  "persistentVolumeClaim",
  "projected",
  "secret",
]);
const seLinuxTypes: ReadonlySet<string> = new Set([
  "container_t",
  "container_init_t",
  "container_kvm_t",
  "container_engine_t",
]);
const sysctls: ReadonlySet<string> = new Set([
  "kernel.shm_rmid_forced",
  "net.ipv4.ip_local_port_range",
  "net.ipv4.ip_local_reserved_ports",
  "net.ipv4.ip_unprivileged_port_start",
  "net.ipv4.ping_group_range",
  "net.ipv4.tcp_fin_timeout",
  "net.ipv4.tcp_keepalive_intvl",
  "net.ipv4.tcp_keepalive_probes",
  "net.ipv4.tcp_keepalive_time",
  "net.ipv4.tcp_rmem",
  "net.ipv4.tcp_syncookies",
  "net.ipv4.tcp_wmem",
]);
const profilePrefix = "container.apparmor.security.beta.kubernetes.io/";

const isAllowedProfile = (type: string | undefined): boolean =>
  type === undefined || type === "RuntimeDefault" || type === "Localhost";

const keepsSharedRules = (security: PodSecurity | ContainerSecurity | undefined): boolean => {
  if (security === undefined) return true;
  const { seLinuxOptions, appArmorProfile, seccompProfile, windowsOptions, runAsUser, runAsNonRoot } =
    security;
  const type = seLinuxOptions?.type ?? "";
  return (
    (type === "" || seLinuxTypes.has(type)) &&
    (seLinuxOptions?.user ?? "") === "" &&
    (seLinuxOptions?.role ?? "") === "" &&
    isAllowedProfile(appArmorProfile?.type) &&
    isAllowedProfile(seccompProfile?.type) &&
    windowsOptions?.hostProcess !== true &&
    runAsUser !== 0 &&
    runAsNonRoot !== false
  );
};

const namesNoHost = ({ livenessProbe, readinessProbe, startupProbe, lifecycle }: Container): boolean => {
  for (const handler of [
    livenessProbe,
    readinessProbe,
    startupProbe,
    lifecycle?.postStart,
    lifecycle?.preStop,
  ]) {
    if ((handler?.httpGet?.host ?? "") !== "" || (handler?.tcpSocket?.host ?? "") !== "") return false;
  }
  return true;
};

const isRightContainer =
  (ofPod: PodSecurity | undefined) =>
  (container: Container): boolean => {
    const { securityContext, ports } = container;
    return (
      keepsSharedRules(securityContext) &&
      securityContext?.allowPrivilegeEscalation === false &&
      securityContext.privileged !== true &&
      (securityContext.procMount ?? "Default") === "Default" &&
      (securityContext.runAsNonRoot ?? ofPod?.runAsNonRoot) === true &&
      (securityContext.seccompProfile?.type ?? ofPod?.seccompProfile?.type) !== undefined &&
      securityContext.capabilities?.drop?.includes("ALL") === true &&
      (securityContext.capabilities.add?.every((name) => name === "NET_BIND_SERVICE") ?? true) &&
      (ports?.every(({ hostPort = 0 }) => hostPort === 0) ?? true) &&
      namesNoHost(container)
    );
  };

const annotationsAreRight = ({ metadata: { annotations } }: Pod): boolean => {
  for (const key in annotations) {
    if (!key.startsWith(profilePrefix)) continue;
    const profile = annotations[key] ?? "";
    if (profile !== "" && profile !== "runtime/default" && !profile.startsWith("localhost/")) return false;
  }
  return true;
};

const volumesAreRight = ({ spec: { volumes } }: Pod): boolean => {
  for (const volume of volumes ?? []) {
    for (const field in volume) if (!volumeSources.has(field)) return false;
  }
  return true;
};

/** The newest restricted standard, of a pod that runs on Linux. */
const keepsStandard: CheckByHand = (pod) => {
  const { spec } = pod;
  return passIf(
    spec.hostNetwork !== true &&
      spec.hostPID !== true &&
      spec.hostIPC !== true &&
      keepsSharedRules(spec.securityContext) &&
      (spec.securityContext?.sysctls?.every(({ name }) => sysctls.has(name)) ?? true) &&
      annotationsAreRight(pod) &&
      volumesAreRight(pod) &&
      everyContainer(pod, isRightContainer(spec.securityContext)),
  );
};

/** The rules of whole standards, by name. What the second one excludes are images that no pod of the bench has. */
export const standardChecks: Readonly<Record<string, CheckByHand>> = {
  restricted: keepsStandard,
  "restricted-exempt-capabilities": keepsStandard,
};
