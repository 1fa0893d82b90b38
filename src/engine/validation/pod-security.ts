import type { PodSecurityExclusion } from "#api/kyverno/pod-security.ts";
import type { Rule } from "#api/kyverno/rule.ts";

import type { Report } from "./report.ts";

/** Controls whose fields are all in containers: an exclusion must say of which images. */
const ofContainers: ReadonlySet<string> = new Set([
  "Capabilities",
  "Privileged Containers",
  "Host Ports",
  "/proc Mount Type",
  "Privilege Escalation",
]);
/** Controls whose fields are all in the pod: images mean nothing there. */
const ofPods: ReadonlySet<string> = new Set([
  "Host Namespaces",
  "HostPath Volumes",
  "Sysctls",
  "Volume Types",
]);
/** Controls that only the restricted level has. */
const restrictedOnly: ReadonlySet<string> = new Set([
  "Volume Types",
  "Privilege Escalation",
  "Running as Non-root",
  "Running as Non-root user",
]);

/** Reports exclusions of a podSecurity rule that have no effect. */
export function reportPodSecurity({ validate }: Rule, path: string, report: Report): void {
  const { level, exclude = [] } = validate?.podSecurity ?? {};
  for (const [index, exclusion] of exclude.entries()) {
    const at = `${path}.podSecurity.exclude[${index}]`;
    reportExclusion(exclusion, at, report);
    if (level === "baseline" && restrictedOnly.has(exclusion.controlName)) {
      report(`${at}.controlName`, "Invalid control name defined at the given level");
    }
  }
}

/** Reports an exclusion, of a rule or of an exception, that has no effect. */
export function reportExclusion(exclusion: PodSecurityExclusion, path: string, report: Report): void {
  const { controlName, images = [], restrictedField = "", values = [] } = exclusion;
  if (ofContainers.has(controlName) && images.length === 0) {
    report(`${path}.controlName`, "exclude.images must be specified for the container level control");
  }
  if (ofPods.has(controlName) && images.length > 0) {
    report(`${path}.controlName`, "exclude.images must not be specified for the pod level control");
  }
  if (restrictedField !== "" && values.length === 0) report(`${path}.values`, "values is required");
  if (restrictedField === "" && values.length > 0) {
    report(`${path}.restrictedField`, "restrictedField is required");
  }
}
