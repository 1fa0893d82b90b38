import type { CelValue } from "../cel/values/cel-value.ts";
import type { PermissionScope } from "../context/context-source.ts";
import { admissionRequest, readNamespace } from "../cel-policy/cel-bindings.ts";
import type { EvaluationInput } from "../input.ts";
import type { JsonObject } from "../values/json.ts";

/** The names that expressions of the API server's admission policies see. A scan knows no user: there is none then. */
export function admissionBindings(
  input: EvaluationInput,
  scope: PermissionScope,
  params: JsonObject | null,
): (name: string) => CelValue | undefined {
  let request: JsonObject | undefined;
  let namespaceObject: JsonObject | null | undefined;
  const isDelete = input.operation === "DELETE";
  return (name) => {
    switch (name) {
      case "object":
        return isDelete ? null : input.resource;
      case "oldObject":
        return input.oldResource ?? null;
      case "request":
        return (request ??= requestOf(input));
      case "namespaceObject":
        if (namespaceObject === undefined) namespaceObject = readNamespace(input, scope) ?? nameOnly(input);
        return namespaceObject;
      case "params":
        return params;
      default:
        return undefined;
    }
  };
}

/** Of a Namespace that is not known, its name is. */
function nameOnly({ namespace, gvk }: EvaluationInput): JsonObject | null {
  if (namespace === "" || (gvk.group === "" && gvk.kind === "Namespace")) return null;
  return { metadata: { name: namespace } };
}

/** The request with every field of its place, also where that is empty, as the API server has it. */
function requestOf(input: EvaluationInput): JsonObject {
  const { subresource, namespace } = input;
  return { ...admissionRequest(input), subResource: subresource, requestSubResource: subresource, namespace };
}
