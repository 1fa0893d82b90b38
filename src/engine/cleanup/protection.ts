import { cleanupPrefix, parseUtc } from "./cleanup-options.ts";

/** On an object or a Namespace, as a label or an annotation: `never`, or the date or time until which nothing may go. */
export const protectMarker = `${cleanupPrefix}protect`;

/** Metadata as far as protection looks at it. */
export interface ProtectedMetadata {
  readonly name: string;
  readonly namespace?: string;
  readonly labels?: Readonly<Record<string, unknown>>;
  readonly annotations?: Readonly<Record<string, unknown>>;
}

export interface ProtectionSubject {
  readonly group: string;
  readonly kind: string;
  readonly metadata: ProtectedMetadata;
}

export interface ProtectionRules {
  /** The namespace of this operator. */
  readonly ownNamespace: string;
  /** True where the policy names the object's kind in full, without a wildcard. */
  readonly namesKind: boolean;
  /** True where the policy names this namespace in full, or is of it. */
  readonly namesNamespace: (namespace: string) => boolean;
  readonly nowMs: number;
  /** Labels and annotations of the object's Namespace, where they are known. */
  readonly namespaceMetadata?: Pick<ProtectedMetadata, "labels" | "annotations">;
}

/** Groups whose kinds decide what policies do: losing one silently changes the cluster's rules. */
const ownGroups = new Set([
  "kyverno.io",
  "policies.kyverno.io",
  "reports.kyverno.io",
  "wgpolicyk8s.io",
  "openreports.io",
]);

/** Kinds that take everything below them along, and go only where a policy names them. */
const namedOnly = new Set(["Namespace", "PersistentVolume", "CustomResourceDefinition"]);

/** Why an object may not be deleted by a policy or a TTL; undefined where it may. */
export function protectionOf(subject: ProtectionSubject, rules: ProtectionRules): string | undefined {
  const { kind, metadata } = subject;
  const namespace = kind === "Namespace" && subject.group === "" ? metadata.name : (metadata.namespace ?? "");
  const marked = markerOf(metadata, rules.nowMs);
  if (marked !== undefined) return `protected by its marker (${marked})`;
  const ofNamespace = rules.namespaceMetadata && markerOf(rules.namespaceMetadata, rules.nowMs);
  if (ofNamespace !== undefined) return `protected by the marker of its namespace (${ofNamespace})`;
  if (namespace === rules.ownNamespace) return "in the namespace of this operator";
  if (isOwnDefinition(subject)) return "a definition that policies and reports need";
  if (namedOnly.has(kind) && !rules.namesKind) return `${kind}s go only where a policy names the kind`;
  if (namespace === "kube-system" && !rules.namesNamespace(namespace)) {
    return "in kube-system, which the policy does not name";
  }
  return undefined;
}

function isOwnDefinition({ kind, metadata }: ProtectionSubject): boolean {
  if (kind !== "CustomResourceDefinition") return false;
  return ownGroups.has(metadata.name.slice(metadata.name.indexOf(".") + 1));
}

/** The marker while it holds. One that cannot be read protects: its author wanted something to stay. */
function markerOf(
  { labels, annotations }: Pick<ProtectedMetadata, "labels" | "annotations">,
  nowMs: number,
): string | undefined {
  const value = ownText(annotations) ?? ownText(labels);
  if (value === undefined) return undefined;
  const untilMs = parseUtc(value) ?? parseUtc(`${value}T00:00:00Z`);
  return untilMs !== undefined && untilMs <= nowMs ? undefined : value;
}

function ownText(map: Readonly<Record<string, unknown>> | undefined): string | undefined {
  if (map === undefined || !Object.hasOwn(map, protectMarker)) return undefined;
  const value = map[protectMarker];
  return typeof value === "string" ? value : "never";
}

/** Who will create the object again once it is gone: its controller, Helm, Argo CD or Flux; undefined for nobody known. */
export function recreatorOf(metadata: {
  readonly labels?: Readonly<Record<string, unknown>>;
  readonly annotations?: Readonly<Record<string, unknown>>;
  readonly ownerReferences?: unknown;
}): string | undefined {
  const owners: readonly unknown[] = Array.isArray(metadata.ownerReferences) ? metadata.ownerReferences : [];
  const owner = owners.find((candidate) => hasTrue(candidate, "controller"));
  if (owner !== undefined) return `${textOf(owner, "kind")}/${textOf(owner, "name")}`;
  const { labels = {}, annotations = {} } = metadata;
  const has = (map: Readonly<Record<string, unknown>>, prefix: string): boolean =>
    Object.keys(map).some((key) => key.startsWith(prefix));
  if (has(annotations, "meta.helm.sh/release-name")) return "Helm";
  if (has(annotations, "argocd.argoproj.io/") || has(labels, "argocd.argoproj.io/")) return "Argo CD";
  if (has(labels, "kustomize.toolkit.fluxcd.io/") || has(labels, "helm.toolkit.fluxcd.io/")) return "Flux";
  return undefined;
}

function hasTrue(value: unknown, key: string): boolean {
  return (
    typeof value === "object" &&
    value !== null &&
    Object.hasOwn(value, key) &&
    Reflect.get(value, key) === true
  );
}

function textOf(value: unknown, key: string): string {
  const text: unknown = typeof value === "object" && value !== null ? Reflect.get(value, key) : undefined;
  return typeof text === "string" ? text : "?";
}
