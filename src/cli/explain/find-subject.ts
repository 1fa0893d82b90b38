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
function isKindName(
  word: string,
  { group, kind }: { readonly group: string; readonly kind: string },
): boolean {
  const [first = "", ...rest] = word.toLowerCase().split(".");
  const wantedGroup = rest.join(".");
  if (wantedGroup !== "" && wantedGroup !== group.toLowerCase()) return false;
  const short = Object.hasOwn(shortNames, first) ? shortNames[first] : undefined;
  return short === kind || first === kind.toLowerCase() || first === resourceNameOf(kind);
}

/** The objects that the name stands for. Throws a `UsageError` that names what is near where there is none. */
export function findSubjects<T extends Pick<ScanResource, "gvk" | "namespace" | "name">>(
  { kind, name, namespace }: SubjectName,
  all: readonly T[],
  resourceOf: (name: string) => string,
): readonly T[] {
  const ofKind = all.filter(({ gvk }) => isKindName(kind, gvk));
  const named = ofKind.filter((one) => one.name === name);
  const found = named.filter(
    (one) => namespace === undefined || one.namespace === namespace || one.namespace === "",
  );
  if (found.length > 0) return found;
  throw new UsageError(`${resourceOf(`${kind}/${name}`)}${hintFor()}`);

  function hintFor(): string {
    const [elsewhere] = named;
    if (elsewhere !== undefined) return `; there is one in namespace ${elsewhere.namespace}`;
    if (ofKind.length === 0) {
      const nearest = nearestName(kind, new Set(all.map(({ gvk }) => gvk.kind)));
      return nearest === undefined ? "" : `; is the kind ${nearest} meant?`;
    }
    const nearest = nearestName(
      name,
      ofKind.map((one) => one.name),
    );
    return nearest === undefined ? "" : `; is ${nearest} meant?`;
  }
}
