import type { KubeObject } from "#api/meta/object-meta.ts";
import { readRequested, requestedType } from "./find-requested.ts";
import { entryFor, nameOnly } from "./make-entry.ts";
import type { TriggerEntry } from "./trigger-entry.ts";
import type { TriggerAnswer, TriggerRequest } from "./trigger-event.ts";
import type { TriggerRule } from "./trigger-rule.ts";
import type { TriggerWorld } from "./trigger-world.ts";

/** Turns what others ask for into work; resolves when it was tried once. Rejects where the trigger cannot be read. */
export async function submitRequest(
  rule: TriggerRule | undefined,
  request: TriggerRequest,
  world: Pick<TriggerWorld, "client" | "list" | "types">,
  add: (entry: TriggerEntry<TriggerRule>) => void,
): Promise<TriggerAnswer> {
  if (rule === undefined) return { kind: "unknown-rule" };
  const { trigger, operation = "UPDATE", wantsRemoval = false } = request;
  const type = requestedType(trigger, world.types());
  const text = `${trigger.apiVersion}/${trigger.kind} ${trigger.namespace}/${trigger.name}`;
  if (type === undefined) return { kind: "no-trigger", message: `the API server serves no ${text}` };
  const found = givenObject(request) ?? (await readRequested(trigger, type, world));
  const uid = trigger.uid ?? found?.metadata.uid ?? "";
  if (found === undefined && !wantsRemoval) {
    const message = `trigger resource ${text} with uid ${uid} not found in the cluster, the corresponding admission request may have been rejected by the API server`;
    return { kind: "no-trigger", message };
  }
  const namespace = type.namespaced ? trigger.namespace : "";
  const object = found ?? nameOnly({ type, namespace, name: trigger.name, uid });
  const place = { type, namespace, name: object.metadata.name, uid };
  return new Promise((resolve) => {
    add(
      entryFor(rule, place, {
        cause: "request",
        operation: found === undefined ? "DELETE" : operation,
        subresource: request.subresource ?? "",
        object,
        isKnownByNameOnly: found === undefined,
        ...(request.oldObject === undefined ? {} : { oldObject: request.oldObject }),
        ...(request.user === undefined ? {} : { user: request.user }),
        wantsRemoval,
        isRetried: false,
        answers: [resolve],
      }),
    );
  });
}

/** The object that came with the request, where the cluster cannot have it: what is deleted, and what is no stored object. */
function givenObject({
  operation,
  subresource = "",
  object,
  oldObject,
}: TriggerRequest): KubeObject | undefined {
  if (operation === "DELETE") return oldObject ?? object;
  return operation === "CONNECT" || subresource !== "" ? object : undefined;
}
