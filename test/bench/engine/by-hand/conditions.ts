import { passIf } from "./pod.ts";
import type { CheckByHand } from "./pod.ts";

const version = /^v[0-9].[0-9].[0-9]$/;
const commands = [/\bjcmd\b/, /\bps\b/, /\bls\b/];

const registryOf = (image: string): string => {
  const first = image.slice(0, Math.max(0, image.indexOf("/")));
  const isHost = first.includes(".") || first.includes(":") || first === "localhost";
  return isHost ? first : "docker.io";
};

const isPulledFromElsewhere = (image: string): boolean => {
  const registry = registryOf(image);
  return registry !== "ghcr.io" && registry !== "quay.io";
};

/** The rules of which conditions are most of the work, by name. */
export const conditionChecks: Readonly<Record<string, CheckByHand>> = {
  "prodclass-or-expclass": ({ spec: { runtimeClassName } }) =>
    passIf(
      runtimeClassName === undefined || runtimeClassName === "prodclass" || runtimeClassName === "expclass",
    ),
  "supplementalgroup-ranges": ({ spec }) =>
    passIf(
      spec.securityContext?.supplementalGroups?.every(
        (group) => (group >= 100 && group <= 200) || (group >= 500 && group <= 600),
      ) ?? true,
    ),
  "check-commands": ({ spec }) => {
    const texts = spec.containers.flatMap(({ livenessProbe }) => livenessProbe?.exec?.command ?? []);
    if (texts.length === 0) return "skip";
    return passIf(!commands.some((command) => texts.some((text) => command.test(text))));
  },
  "check-for-regex": ({ metadata: { labels } }) =>
    passIf(version.test(labels?.["corp.org/version"] ?? "empty")),
  "check-for-image-pull-secrets": ({ spec }) => {
    if (!spec.containers.some(({ image }) => isPulledFromElsewhere(image))) return "skip";
    return passIf(spec.imagePullSecrets?.every(({ name }) => (name ?? "") !== "") ?? false);
  },
};
