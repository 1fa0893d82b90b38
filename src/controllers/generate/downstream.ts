import { createHash } from "node:crypto";
import { managedByKyverno, managedByLabel } from "#api/labels.ts";
import { decodeMeta } from "#api/meta/object-meta.ts";
import type { KubeObject } from "#api/meta/object-meta.ts";
import { resourceTypeKey } from "#api/meta/resource-type.ts";
import type { ResourceType } from "#api/meta/resource-type.ts";
import { triggerRuleKey } from "#controllers/triggers/trigger-rule.ts";
import { stringifyJson } from "#kube/client/json.ts";
import type { GenerateTask } from "./generate-task.ts";

/** Under which name this process writes what policies make. */
export const generateManager = "rearguard-generate";
/** The names under which Kyverno's controllers wrote it: of its binaries, and of its server-side apply. */
const kyvernoManagers: ReadonlySet<string> = new Set([
  "background-controller",
  "kyverno",
  "kyverno-generate",
]);

const prefix = "generate.kyverno.io/";
/** What is watched of a kind: everything that a policy made. */
export const downstreamSelector = `${managedByLabel}=${managedByKyverno},${prefix}policy-name`;
/** The labels that go where a rule makes something else from now on. */
export const policyLabels: readonly string[] = [
  `${prefix}policy-name`,
  `${prefix}policy-namespace`,
  `${prefix}rule-name`,
];
export const cloneSourceLabel = `${prefix}clone-source`;

/** Something that a rule made, as far as it is kept: its place, where it comes from, and who wrote it. */
export interface Downstream {
  readonly type: ResourceType;
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  readonly resourceVersion: string;
  /** The rule, or what can be known of it: see `ruleIndexKeys`. */
  readonly ruleKey: string;
  readonly trigger: {
    readonly uid: string;
    readonly group: string;
    readonly version: string;
    readonly kind: string;
    readonly namespace: string;
  };
  /** Empty for what is no copy, or a copy of something that had no uid. */
  readonly sourceUid: string;
  /** Where the source stands, as far as the labels tell; undefined for what is no copy. */
  readonly source:
    | { readonly apiVersion: string; readonly kind: string; readonly namespace: string }
    | undefined;
  /** A hash of which fields this process owns: another one after somebody changed one of them. */
  readonly ownFields: string;
  /** Its fields, or some, belong to Kyverno or to our own plain writes: they have to be taken over before an apply. */
  readonly needsTakeOver: boolean;
  /** Somebody else wrote it after us. */
  readonly isTouched: boolean;
}

/** Where an object stands, as one text. */
export function placeKey(
  type: ResourceType,
  { namespace, name }: { readonly namespace: string; readonly name: string },
): string {
  return `${resourceTypeKey(type)} ${namespace}/${name}`;
}

/** Under which key the index has what a task made: labels of GeneratingPolicies name neither kind nor namespace. */
export function ruleIndexKey(task: Pick<GenerateTask, "kind" | "key" | "owner">): string {
  return task.kind === "rule" ? task.key : policyIndexKey(task.owner.name);
}

function policyIndexKey(name: string): string {
  return `policies.kyverno.io/${name}`;
}

/** Reads an object or its metadata; undefined for what no policy made. */
export function downstreamOf(type: ResourceType, object: KubeObject): Downstream | undefined {
  const meta = decodeMeta(object);
  if (meta === undefined) return undefined;
  const label = (name: string): string | undefined =>
    Object.hasOwn(meta.labels, prefix + name) ? meta.labels[prefix + name] : undefined;
  const policyName = label("policy-name") ?? "";
  if (meta.labels[managedByLabel] !== managedByKyverno || policyName === "") return undefined;
  const ruleName = label("rule-name");
  const policyNamespace = label("policy-namespace") ?? "";
  const group = label("source-group") ?? "";
  const version = label("source-version") ?? "";
  return {
    type,
    namespace: meta.namespace ?? "",
    name: meta.name,
    uid: meta.uid,
    resourceVersion: meta.resourceVersion,
    ruleKey:
      ruleName === undefined ? policyIndexKey(policyName) : classicKey(policyName, policyNamespace, ruleName),
    trigger: {
      uid: label("trigger-uid") ?? "",
      group: label("trigger-group") ?? "",
      version: label("trigger-version") ?? "",
      kind: label("trigger-kind") ?? "",
      namespace: label("trigger-namespace") ?? "",
    },
    sourceUid: label("source-uid") ?? "",
    source:
      version === ""
        ? undefined
        : {
            apiVersion: group === "" ? version : `${group}/${version}`,
            kind: label("source-kind") ?? "",
            namespace: label("source-namespace") ?? "",
          },
    ...ownershipOf(object.metadata["managedFields"]),
  };
}

function classicKey(name: string, namespace: string, rule: string): string {
  const policy = namespace === "" ? { kind: "ClusterPolicy", name } : { kind: "Policy", namespace, name };
  return triggerRuleKey(policy, rule);
}

/** One entry of `metadata.managedFields`, as far as it is read. */
export interface ManagedEntry {
  readonly manager?: string;
  readonly operation?: string;
  readonly time?: string;
  readonly subresource?: string;
  readonly fieldsV1?: object;
}

export function managedEntries(value: unknown): readonly ManagedEntry[] {
  return Array.isArray(value) ? value.filter((entry) => typeof entry === "object" && entry !== null) : [];
}

/** True for an entry whose fields this process takes over: Kyverno's, and those of a plain write of ours. */
export function isTakenOver({ manager = "", operation, subresource = "" }: ManagedEntry): boolean {
  if (subresource !== "") return false;
  return kyvernoManagers.has(manager) || (manager === generateManager && operation !== "Apply");
}

function ownershipOf(value: unknown): Pick<Downstream, "ownFields" | "needsTakeOver" | "isTouched"> {
  const entries = managedEntries(value).filter(({ subresource = "" }) => subresource === "");
  const own = entries.filter(({ manager }) => manager === generateManager);
  const others = entries.filter((entry) => entry.manager !== generateManager && !isTakenOver(entry));
  const newest = (list: readonly ManagedEntry[]): string =>
    list
      .map(({ time = "" }) => time)
      .toSorted()
      .at(-1) ?? "";
  return {
    ownFields: createHash("sha256")
      .update(
        own.map(({ operation, fieldsV1 }) => `${operation} ${stringifyJson(fieldsV1 ?? null)}`).join("\n"),
      )
      .digest("base64")
      .slice(0, 12),
    needsTakeOver: entries.some(isTakenOver),
    isTouched: own.length > 0 && others.length > 0 && newest(others) > newest(own),
  };
}
