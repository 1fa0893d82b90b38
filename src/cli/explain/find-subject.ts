import { nearestName } from "../documents/nearest-name.ts";
import { resourceNameOf } from "../resources/kind-names.ts";
import type { ScanResource } from "../resources/scan-resource.ts";
import { UsageError } from "../usage-error.ts";

/** The object that people ask about, as they write it. */
export interface SubjectName {
  /** A kind, its plural or its short name, in any case; with `.GROUP` where it is not unique. */
  readonly kind: string;
  readonly name: string;
  /** Undefined: any. */
  readonly namespace: string | undefined;
}

/** What kubectl takes for the kinds that people type most. */
const shortNames: Readonly<Record<string, string>> = {
  cj: "CronJob",
  cm: "ConfigMap",
  crd: "CustomResourceDefinition",
  deploy: "Deployment",
  ds: "DaemonSet",
  ep: "Endpoints",
  hpa: "HorizontalPodAutoscaler",
  ing: "Ingress",
  netpol: "NetworkPolicy",
  no: "Node",
  ns: "Namespace",
  pc: "PriorityClass",
  pdb: "PodDisruptionBudget",
  po: "Pod",
  pv: "PersistentVolume",
  pvc: "PersistentVolumeClaim",
  quota: "ResourceQuota",
  rc: "ReplicationController",
  rs: "ReplicaSet",
  sa: "ServiceAccount",
  sc: "StorageClass",
  sts: "StatefulSet",
  svc: "Service",
};

/** Reads `KIND/NAME`. Throws a `UsageError`. */
export function parseSubject(text: string, namespace: string | undefined): SubjectName {
  const [kind = "", name = "", ...rest] = text.split("/");
  if (kind === "" || name === "" || rest.length > 0) {
    throw new UsageError(`${text}: name an object as KIND/NAME, for example deployment/web`);
  }
  return { kind, name, namespace };
}

/** True where the word may stand for this kind. */
export function isKindName(
  word: string,
  { group, kind }: { readonly group: string; readonly kind: string },
): boolean {
  const [first = "", ...rest] = word.toLowerCase().split(".");
  const wantedGroup = rest.join(".");
  if (wantedGroup !== "" && wantedGroup !== group.toLowerCase()) return false;
  const short = Object.hasOwn(shortNames, first) ? shortNames[first] : undefined;
  return short === kind || first === kind.toLowerCase() || first === resourceNameOf(kind);
}

/** What tells an object apart. */
export type Named = Pick<ScanResource, "gvk" | "namespace" | "name">;

/** True where the object is one of those that are asked for. */
export function isSubject({ kind, name, namespace }: SubjectName, one: Named): boolean {
  if (one.name !== name || !isKindName(kind, one.gvk)) return false;
  return namespace === undefined || one.namespace === namespace || one.namespace === "";
}

/** What to say where none of the objects is the one that is asked for: names that are near help. */
export function missingSubject({ kind, name, namespace }: SubjectName, all: readonly Named[]): string {
  const where = namespace === undefined ? "" : ` in namespace ${namespace}`;
  const head = `there is no ${kind}/${name}${where} among the ${all.length} objects`;
  const ofKind = all.filter(({ gvk }) => isKindName(kind, gvk));
  const elsewhere = ofKind.find((one) => one.name === name);
  if (elsewhere !== undefined) return `${head}; there is one in namespace ${elsewhere.namespace}`;
  const nearest =
    ofKind.length === 0
      ? nearestName(kind, new Set(all.map(({ gvk }) => gvk.kind)))
      : nearestName(name, new Set(ofKind.map((one) => one.name)));
  if (nearest === undefined) return head;
  return `${head}; is ${ofKind.length === 0 ? "the kind " : ""}${nearest} meant?`;
}
