import type { Rule } from "#api/kyverno/rule.ts";

import { isObject, own } from "../values/json.ts";
import type { Json, JsonObject } from "../values/json.ts";
import type { Report } from "./report.ts";

/** Reports labels and annotations of patterns and patches whose values are no texts. */
export function reportMetadataTexts({ validate, mutate }: Rule, path: string, report: Report): void {
  const look = (document: unknown, at: string) => reportDocument(document as Json | undefined, at, report);
  if (validate?.foreach !== undefined) {
    for (const [index, { pattern }] of validate.foreach.entries()) {
      look(pattern, `${path}.validate.foreach[${index}].pattern`);
    }
  } else {
    look(validate?.pattern, `${path}.validate.pattern`);
    const anyPattern = validate?.anyPattern;
    for (const [index, pattern] of (Array.isArray(anyPattern) ? anyPattern : []).entries()) {
      look(pattern, `${path}.validate.anyPattern[${index}]`);
    }
  }
  if (mutate?.foreach === undefined) {
    look(mutate?.patchStrategicMerge, `${path}.mutate.patchStrategicMerge`);
    return;
  }
  for (const [index, { patchStrategicMerge }] of mutate.foreach.entries()) {
    look(patchStrategicMerge, `${path}.mutate.foreach[${index}].patchStrategicMerge`);
  }
}

function reportDocument(document: Json | undefined, path: string, report: Report): void {
  if (!isObject(document)) return;
  reportMetadata(objectAt(document, "metadata"), `${path}.metadata`, report);
  const template = objectAt(objectAt(document, "spec"), "template");
  reportMetadata(objectAt(template, "metadata"), `${path}.spec.template.metadata`, report);
}

function reportMetadata(metadata: JsonObject | undefined, path: string, report: Report): void {
  for (const key of ["labels", "annotations"]) {
    const texts = objectAt(metadata, key);
    if (texts === undefined || Object.values(texts).every((value) => typeof value === "string")) continue;
    report(
      `${path}.${key}`,
      'labels and annotations supports only string values, "use double quotes around the non string values"',
    );
  }
}

function objectAt(parent: JsonObject | undefined, key: string): JsonObject | undefined {
  const value = parent === undefined ? undefined : own(parent, key);
  return isObject(value) ? value : undefined;
}
