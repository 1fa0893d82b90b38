import type { ObjectMeta } from "#api/meta/object-meta.ts";
import { resourceTypeKey } from "#api/meta/resource-type.ts";
import type { ResourceType } from "#api/meta/resource-type.ts";

import { parseUtc } from "../cleanup-options.ts";
import { keepGroup } from "../keep-last.ts";
import type { PlannedObject } from "../plan-run.ts";
import { protectionOf } from "../protection.ts";
import type { ProtectedMetadata } from "../protection.ts";
import type { CleanupTask } from "./cleanup-task.ts";

/** What is known besides an object that a policy selects. */
export interface SelectedSurroundings {
  readonly ownNamespace: string;
  readonly nowMs: number;
  /** Labels and annotations of its Namespace, where they are known. */
  readonly namespaceMetadata: Pick<ProtectedMetadata, "labels" | "annotations"> | undefined;
}

/** Why an object that a policy selects stays all the same; undefined where it may go. */
export function staysBecause(
  { selection }: CleanupTask,
  type: ResourceType,
  meta: ObjectMeta,
  { namespaceMetadata, ...rules }: SelectedSurroundings,
): { readonly kind: "terminating" | "protected"; readonly reason: string } | undefined {
  if (meta.deletionTimestamp !== undefined) return { kind: "terminating", reason: "on its way out already" };
  const reason = protectionOf(
    { group: type.group, kind: type.kind, metadata: meta },
    {
      ...rules,
      namesKind: selection.namesKind(type),
      namesNamespace: selection.namesNamespace,
      ...(namespaceMetadata === undefined ? {} : { namespaceMetadata }),
    },
  );
  return reason === undefined ? undefined : { kind: "protected", reason };
}

/** An object that a policy selects, as far as planning looks at it. */
export function plannedObject({ options }: CleanupTask, type: ResourceType, meta: ObjectMeta): PlannedObject {
  const { uid, namespace = "", labels } = meta;
  const group =
    options.keepLast && keepGroup({ type: resourceTypeKey(type), namespace, labels }, options.keepLast);
  return {
    uid,
    namespace,
    createdMs: parseUtc(meta.creationTimestamp ?? "") ?? 0,
    ...(group === undefined ? {} : { group }),
  };
}
