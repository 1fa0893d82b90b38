import { everyContainer, passIf } from "./pod.ts";
import type { CheckByHand, Container, Pod } from "./pod.ts";

const dropsOneOf =
  (...names: readonly string[]) =>
  ({ securityContext }: Container): boolean =>
    securityContext?.capabilities?.drop?.some((name) => names.includes(name.toUpperCase())) ?? false;

const countMounts = ({ spec }: Pod, volume: string, onlyReadOnly: boolean): number => {
  let count = 0;
  for (const group of [spec.containers, spec.initContainers, spec.ephemeralContainers]) {
    for (const { volumeMounts } of group ?? []) {
      for (const { name, readOnly } of volumeMounts ?? []) {
        if (name === volume && (!onlyReadOnly || readOnly === true)) count += 1;
      }
    }
  }
  return count;
};

const hasStorageLimits = ({ resources }: Container): boolean =>
  (resources?.requests?.["ephemeral-storage"] ?? "") !== "" &&
  (resources?.limits?.["ephemeral-storage"] ?? "") !== "";

const limitsStorage: CheckByHand = ({ spec }) => {
  const emptyDirs = (spec.volumes ?? []).filter(({ emptyDir }) => emptyDir !== undefined);
  if (emptyDirs.length === 0) return "skip";
  const unlimited = new Set(
    emptyDirs.flatMap(({ name, emptyDir }) => (emptyDir?.sizeLimit === undefined ? [name] : [])),
  );
  let judged = 0;
  for (const group of [spec.initContainers, spec.containers]) {
    for (const container of group ?? []) {
      if (container.volumeMounts?.some(({ name }) => unlimited.has(name)) !== true) continue;
      if (!hasStorageLimits(container)) return "fail";
      judged += 1;
    }
  }
  return judged > 0 ? "pass" : undefined;
};

/** The rules with a foreach, by name. */
export const forEachChecks: Readonly<Record<string, CheckByHand>> = {
  "allowed-capabilities": (pod) =>
    passIf(
      everyContainer(
        pod,
        ({ securityContext }) =>
          securityContext?.capabilities?.add?.every(
            (name) => name === "NET_BIND_SERVICE" || name === "CAP_CHOWN",
          ) ?? true,
      ),
    ),
  "require-drop-all": (pod) => passIf(everyContainer(pod, dropsOneOf("ALL"))),
  "require-drop-cap-net-raw": (pod) => passIf(everyContainer(pod, dropsOneOf("NET_RAW", "CAP_NET_RAW"))),
  "limit-hostpath-to-slash-data": ({ spec }) => {
    const mounted = (spec.volumes ?? []).filter(({ hostPath }) => hostPath !== undefined);
    if (mounted.length === 0) return "skip";
    return passIf(mounted.every(({ hostPath }) => hostPath?.path?.split("/")[1] === "data"));
  },
  "ensure-hostpaths-readonly": (pod) => {
    const mounted = (pod.spec.volumes ?? []).filter(({ hostPath }) => hostPath !== undefined);
    if (mounted.length === 0) return undefined;
    return passIf(
      mounted.every(({ name }) => countMounts(pod, name, false) === countMounts(pod, name, true)),
    );
  },
  "check-emptydir-requests-limits": limitsStorage,
};
