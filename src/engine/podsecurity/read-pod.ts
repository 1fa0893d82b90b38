import type { JsonObject } from "../values/json.ts";
import {
  booleanAt,
  integerAt,
  objectAt,
  objectsAt,
  PodShapeError,
  textAt,
  textMapAt,
  textsAt,
} from "./pod-reader.ts";
import type { ContainerSecurityContext, ContainerView, PodSecurityContext, PodView } from "./pod-view.ts";

/** Where a kind keeps its pod: the keys on the way to the spec, and to the metadata whose annotations count. */
interface PodPlace {
  readonly spec: readonly string[];
  readonly metadata: readonly string[];
}

const template: PodPlace = {
  spec: ["spec", "template", "spec"],
  metadata: ["spec", "template", "metadata"],
};

const places: ReadonlyMap<string, PodPlace> = new Map([
  ["Pod", { spec: ["spec"], metadata: ["metadata"] }],
  ["DaemonSet", template],
  ["Deployment", template],
  ["Job", template],
  ["StatefulSet", template],
  ["ReplicaSet", template],
  ["ReplicationController", template],
  // Kyverno reads the annotations of the job here, not those of its pods.
  [
    "CronJob",
    {
      spec: ["spec", "jobTemplate", "spec", "template", "spec"],
      metadata: ["spec", "jobTemplate", "metadata"],
    },
  ],
]);

const containerGroups = ["initContainers", "containers", "ephemeralContainers"] as const;
const probes = ["livenessProbe", "readinessProbe", "startupProbe"] as const;
const hooks = ["postStart", "preStop"] as const;

/**
 * Reads the pod of an object. Fields that are absent read as Kubernetes' zero values. Throws `PodShapeError` for a kind
 * without a pod or a field of the wrong type.
 */
export function readPod(resource: JsonObject, kind: string): PodView {
  const place = places.get(kind);
  if (place === undefined) throw new PodShapeError("could not find correct resource type");
  const spec = descend(resource, place.spec);
  const metadata = descend(resource, place.metadata);
  const path = "spec";
  const os = objectAt(spec, "os", path);
  const security = objectAt(spec, "securityContext", path);
  return {
    annotations: textMapAt(metadata, "annotations", "metadata", isProfile),
    hostNetwork: booleanAt(spec, "hostNetwork", path) ?? false,
    hostPID: booleanAt(spec, "hostPID", path) ?? false,
    hostIPC: booleanAt(spec, "hostIPC", path) ?? false,
    isWindows: os !== undefined && textAt(os, "name", "spec.os") === "windows",
    security: security === undefined ? undefined : readPodSecurity(security, "spec.securityContext"),
    volumes: objectsAt(spec, "volumes", path).map((volume, index) =>
      readVolume(volume, `spec.volumes[${index}]`),
    ),
    containers: containerGroups.flatMap((group) =>
      objectsAt(spec, group, path).map((container, index) =>
        readContainer(container, `spec.${group}[${index}]`),
      ),
    ),
  };
}

/** The annotations that checks read. */
function isProfile(annotation: string): boolean {
  return (
    annotation.startsWith("container.apparmor.security.beta.kubernetes.io/") ||
    annotation.startsWith("seccomp.security.alpha.kubernetes.io/") ||
    annotation.startsWith("container.seccomp.security.alpha.kubernetes.io/")
  );
}

function descend(resource: JsonObject, keys: readonly string[]): JsonObject {
  let at = resource;
  let path = "";
  for (const key of keys) {
    at = objectAt(at, key, path) ?? {};
    path = path === "" ? key : `${path}.${key}`;
  }
  return at;
}

function readPodSecurity(context: JsonObject, path: string): PodSecurityContext {
  return {
    ...readShared(context, path),
    sysctls: objectsAt(context, "sysctls", path).map(
      (sysctl, index) => textAt(sysctl, "name", `${path}.sysctls[${index}]`) ?? "",
    ),
  };
}

function readContainerSecurity(context: JsonObject, path: string): ContainerSecurityContext {
  const capabilities = objectAt(context, "capabilities", path);
  const capabilitiesPath = `${path}.capabilities`;
  return {
    ...readShared(context, path),
    allowPrivilegeEscalation: booleanAt(context, "allowPrivilegeEscalation", path),
    capabilities:
      capabilities === undefined
        ? undefined
        : {
            add: textsAt(capabilities, "add", capabilitiesPath),
            drop: textsAt(capabilities, "drop", capabilitiesPath),
          },
    privileged: booleanAt(context, "privileged", path),
    procMount: textAt(context, "procMount", path),
  };
}

function readShared(context: JsonObject, path: string) {
  const seLinux = objectAt(context, "seLinuxOptions", path);
  const windows = objectAt(context, "windowsOptions", path);
  return {
    appArmorType: profileType(context, "appArmorProfile", path),
    hostProcess:
      windows === undefined ? undefined : booleanAt(windows, "hostProcess", `${path}.windowsOptions`),
    runAsNonRoot: booleanAt(context, "runAsNonRoot", path),
    runAsUser: integerAt(context, "runAsUser", path),
    seLinux:
      seLinux === undefined
        ? undefined
        : {
            type: textAt(seLinux, "type", `${path}.seLinuxOptions`) ?? "",
            user: textAt(seLinux, "user", `${path}.seLinuxOptions`) ?? "",
            role: textAt(seLinux, "role", `${path}.seLinuxOptions`) ?? "",
          },
    seccompType: profileType(context, "seccompProfile", path),
  };
}

/** The type of a profile; the empty text where the profile is there without one. */
function profileType(context: JsonObject, key: string, path: string): string | undefined {
  const profile = objectAt(context, key, path);
  return profile === undefined ? undefined : (textAt(profile, "type", `${path}.${key}`) ?? "");
}

function readVolume(volume: JsonObject, path: string) {
  const hostPath = objectAt(volume, "hostPath", path);
  return {
    name: textAt(volume, "name", path) ?? "",
    fields: new Set(Object.keys(volume).filter((key) => volume[key] !== null)),
    hostPath: hostPath === undefined ? "" : (textAt(hostPath, "path", `${path}.hostPath`) ?? ""),
  };
}

function readContainer(container: JsonObject, path: string): ContainerView {
  const security = objectAt(container, "securityContext", path);
  return {
    path,
    name: textAt(container, "name", path) ?? "",
    image: textAt(container, "image", path) ?? "",
    security: security === undefined ? undefined : readContainerSecurity(security, `${path}.securityContext`),
    hostPorts: objectsAt(container, "ports", path).map(
      (port, index) => integerAt(port, "hostPort", `${path}.ports[${index}]`) ?? 0,
    ),
    handlerHosts: readHandlerHosts(container, path),
  };
}

function readHandlerHosts(container: JsonObject, path: string): readonly string[] {
  const hosts: string[] = [];
  const addHosts = (parent: JsonObject, key: string, parentPath: string) => {
    const handler = objectAt(parent, key, parentPath);
    if (handler === undefined) return;
    for (const action of ["httpGet", "tcpSocket"]) {
      const target = objectAt(handler, action, `${parentPath}.${key}`);
      const host = target === undefined ? "" : textAt(target, "host", `${parentPath}.${key}.${action}`);
      if (host !== undefined && host !== "") hosts.push(host);
    }
  };
  for (const probe of probes) addHosts(container, probe, path);
  const lifecycle = objectAt(container, "lifecycle", path);
  if (lifecycle !== undefined) for (const hook of hooks) addHosts(lifecycle, hook, `${path}.lifecycle`);
  return hosts;
}
