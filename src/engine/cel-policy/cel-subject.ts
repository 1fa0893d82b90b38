import type { EvaluationInput, GroupVersionKind, Operation } from "../input.ts";
import { resourceOf } from "../match/resource-name.ts";
import { isObject, own } from "../values/json.ts";
import type { Json, JsonObject } from "../values/json.ts";

type Labels = Readonly<Record<string, string>>;

/** What match constraints look at. */
export interface CelSubject {
  readonly gvk: GroupVersionKind;
  /** Plural. */
  readonly resource: string;
  readonly subresource: string;
  readonly operation: Operation;
  /** Empty for a cluster-scoped object. */
  readonly namespace: string;
  readonly name: string;
  readonly generateName: string;
  readonly labels: Labels;
  /** Labels of the object before the request; undefined where there is no such object at all. */
  readonly oldLabels: Labels | undefined;
  /** Labels of the object's Namespace. */
  readonly namespaceLabels: Labels;
}

/** What of an evaluation its subject is made of. */
type SubjectInput = Pick<
  EvaluationInput,
  "resource" | "oldResource" | "gvk" | "subresource" | "operation" | "namespace" | "namespaceLabels"
>;

/**
 * The subject of an evaluation. Where a request has no old object Kyverno hands its matcher an empty one, whose labels
 * satisfy every negative selector; `absentOld` says whether that is so here.
 */
export function celSubjectOf(input: SubjectInput, absentOld: "empty" | "none" = "empty"): CelSubject {
  const object = metadataOf(input.resource);
  const before = input.oldResource === undefined ? undefined : metadataOf(input.oldResource);
  // A DELETE has no object but the one that was.
  const named = Object.keys(object).length === 0 ? (before ?? object) : object;
  return {
    gvk: input.gvk,
    resource: resourceOf(input.gvk),
    subresource: input.subresource,
    operation: input.operation,
    namespace: input.namespace,
    name: textOf(own(named, "name")),
    generateName: textOf(own(named, "generateName")),
    labels: labelsOf(object),
    oldLabels: before === undefined ? (absentOld === "empty" ? {} : undefined) : labelsOf(before),
    // Of a namespace that nobody knows, its name is known.
    namespaceLabels: input.namespaceLabels ?? { "kubernetes.io/metadata.name": input.namespace },
  };
}

function metadataOf(object: JsonObject): JsonObject {
  const metadata = own(object, "metadata");
  return isObject(metadata) ? metadata : {};
}

function textOf(value: Json | undefined): string {
  return typeof value === "string" ? value : "";
}

/** Labels; what is no text is none. */
function labelsOf(metadata: JsonObject): Labels {
  const labels = own(metadata, "labels");
  if (!isObject(labels)) return {};
  const entries = Object.entries(labels).filter(
    (entry): entry is [string, string] => typeof entry[1] === "string",
  );
  return Object.fromEntries(entries);
}
