import { createHash } from "node:crypto";
import {
  autogenControllersAnnotation,
  categoryAnnotation,
  scoredAnnotation,
  severityAnnotation,
} from "#api/labels.ts";
import { stringifyJson } from "#kube/client/json.ts";

/** Labels of this prefix decide whether and how a policy is reported. */
const reportsPrefix = "reports.kyverno.io/";

const countedAnnotations = new Set([
  autogenControllersAnnotation,
  categoryAnnotation,
  scoredAnnotation,
  severityAnnotation,
]);

function entries(value: unknown): [string, unknown][] {
  return typeof value === "object" && value !== null
    ? Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1))
    : [];
}

/**
 * The content by which two versions of a policy are told apart: uid, spec and the labels and annotations that count.
 * Neither the status nor the resourceVersion nor the generation: editing an annotation leaves the generation as it was,
 * and writing a status changes nothing that is judged.
 */
export function policyContent(policy: {
  readonly metadata: {
    readonly uid?: string | undefined;
    readonly labels?: unknown;
    readonly annotations?: unknown;
  };
  readonly spec: unknown;
}): string {
  const { uid, labels, annotations } = policy.metadata;
  const counted = [
    uid,
    policy.spec,
    entries(labels).filter(([key]) => key.startsWith(reportsPrefix)),
    entries(annotations).filter(([key]) => countedAnnotations.has(key) || key.startsWith(reportsPrefix)),
  ];
  return createHash("sha256").update(stringifyJson(counted)).digest("base64");
}
