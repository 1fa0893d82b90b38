import { managedByKyverno, managedByLabel } from "#api/labels.ts";
import { splitApiVersion } from "#api/meta/resource-type.ts";

import type { PolicyIdentity } from "../compiled-policy.ts";
import { isObject, own } from "../values/json.ts";
import type { JsonObject } from "../values/json.ts";

const prefix = "generate.kyverno.io/";

/** Labels by which a generated object tells where it comes from, as Kyverno writes and looks them up. */
const downstreamLabels = {
  policyName: `${prefix}policy-name`,
  policyNamespace: `${prefix}policy-namespace`,
  ruleName: `${prefix}rule-name`,
  triggerVersion: `${prefix}trigger-version`,
  triggerGroup: `${prefix}trigger-group`,
  triggerKind: `${prefix}trigger-kind`,
  triggerNamespace: `${prefix}trigger-namespace`,
  triggerUid: `${prefix}trigger-uid`,
  sourceGroup: `${prefix}source-group`,
  sourceVersion: `${prefix}source-version`,
  sourceKind: `${prefix}source-kind`,
  sourceNamespace: `${prefix}source-namespace`,
  sourceUid: `${prefix}source-uid`,
  /** On the source of a clone, and with it on its copies. */
  cloneSource: `${prefix}clone-source`,
} as const;

/** The labels of everything that a rule generates for a trigger. */
export function originLabels(
  { name, namespace = "" }: PolicyIdentity,
  rule: string,
  trigger: JsonObject,
): Readonly<Record<string, string>> {
  const { group, version } = splitApiVersion(textOf(trigger, "apiVersion"));
  return {
    [managedByLabel]: managedByKyverno,
    [downstreamLabels.policyName]: name,
    [downstreamLabels.policyNamespace]: namespace,
    [downstreamLabels.ruleName]: rule,
    [downstreamLabels.triggerVersion]: version,
    [downstreamLabels.triggerGroup]: group,
    [downstreamLabels.triggerKind]: textOf(trigger, "kind"),
    [downstreamLabels.triggerNamespace]: metadataText(trigger, "namespace"),
    [downstreamLabels.triggerUid]: metadataText(trigger, "uid"),
  };
}

/** The labels of a copy besides those. */
export function sourceLabels(source: JsonObject): Readonly<Record<string, string>> {
  const { group, version } = splitApiVersion(textOf(source, "apiVersion"));
  return {
    [downstreamLabels.cloneSource]: "",
    [downstreamLabels.sourceGroup]: group,
    [downstreamLabels.sourceVersion]: version,
    [downstreamLabels.sourceKind]: textOf(source, "kind"),
    [downstreamLabels.sourceNamespace]: metadataText(source, "namespace"),
    [downstreamLabels.sourceUid]: metadataText(source, "uid"),
  };
}

/** A field of `metadata` as a text; empty where it is none. */
export function metadataText(object: JsonObject, key: string): string {
  const metadata = own(object, "metadata");
  return isObject(metadata) ? textOf(metadata, key) : "";
}

function textOf(object: JsonObject, key: string): string {
  const value = own(object, key);
  return typeof value === "string" ? value : "";
}
