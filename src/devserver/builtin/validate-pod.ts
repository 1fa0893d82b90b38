import {
  duplicateField,
  forbiddenField,
  invalidField,
  requiredField,
  unsupportedField,
} from "../errors/field-error.ts";
import type { FieldError } from "../errors/field-error.ts";
import { draftOf, equalJson, listAt, numberAt, textAt } from "../json/json.ts";
import type { Draft, JsonObject } from "../json/json.ts";
import { childOf, childrenOf } from "./defaults/set-default.ts";

const pullPolicies = ["Always", "IfNotPresent", "Never"];

/** Findings about the spec of a pod or of a template. */
export function podSpecErrors(spec: unknown, field: string): readonly FieldError[] {
  const containers = listAt(spec, "containers");
  return [
    ...(containers.length === 0 ? [requiredField(`${field}.containers`)] : []),
    ...volumeErrors(spec, field),
    ...["initContainers", "containers"].flatMap((list) =>
      listAt(spec, list).flatMap((container, i) =>
        containerErrors(container, `${field}.${list}[${i}]`, spec),
      ),
    ),
    ...duplicateNames(containers, `${field}.containers`),
  ];
}

function duplicateNames(items: readonly unknown[], field: string): readonly FieldError[] {
  const names = items.map((item) => textAt(item, "name"));
  return names.flatMap((name, i) =>
    names.indexOf(name) < i ? [duplicateField(`${field}[${i}].name`, name)] : [],
  );
}

function volumeErrors(spec: unknown, field: string): readonly FieldError[] {
  const volumes = listAt(spec, "volumes");
  return [
    ...volumes.flatMap((volume, i) =>
      textAt(volume, "name") === "" ? [requiredField(`${field}.volumes[${i}].name`)] : [],
    ),
    ...duplicateNames(volumes, `${field}.volumes`),
  ];
}

function containerErrors(container: unknown, field: string, spec: unknown): readonly FieldError[] {
  const policy = textAt(container, "imagePullPolicy");
  const volumes = new Set(listAt(spec, "volumes").map((volume) => textAt(volume, "name")));
  return [
    ...(textAt(container, "name") === "" ? [requiredField(`${field}.name`)] : []),
    ...(textAt(container, "image") === "" ? [requiredField(`${field}.image`)] : []),
    ...(pullPolicies.includes(policy)
      ? []
      : [unsupportedField(`${field}.imagePullPolicy`, policy, pullPolicies)]),
    ...listAt(container, "ports").flatMap((port, i) => {
      const number = numberAt(port, "containerPort");
      if (number === undefined) return [requiredField(`${field}.ports[${i}].containerPort`)];
      return number >= 1 && number <= 65_535
        ? []
        : [
            invalidField(
              `${field}.ports[${i}].containerPort`,
              number,
              "must be between 1 and 65535, inclusive",
            ),
          ];
    }),
    ...listAt(container, "volumeMounts").flatMap((mount, i) =>
      volumes.has(textAt(mount, "name"))
        ? []
        : [
            {
              reason: "FieldValueInvalid" as const,
              field: `${field}.volumeMounts[${i}].name`,
              value: JSON.stringify(textAt(mount, "name")),
              detail: "must reference an existing volume",
            },
          ],
    ),
  ];
}

const changeable =
  "pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)";

/** What may change in a pod's spec, taken from another spec. */
function withChangeableFrom(spec: Draft, other: Draft): Draft {
  const result = draftOf(spec);
  for (const name of ["activeDeadlineSeconds", "tolerations", "terminationGracePeriodSeconds", "nodeName"]) {
    delete result[name];
    if (Object.hasOwn(other, name)) result[name] = other[name];
  }
  for (const list of ["containers", "initContainers"]) {
    const images = new Map(childrenOf(other, list).map((one) => [one["name"], one["image"]]));
    for (const container of childrenOf(result, list)) container["image"] = images.get(container["name"]);
  }
  return result;
}

/** Findings about a change of a pod: most of its spec is fixed. */
export function podUpdateErrors(object: JsonObject, old: JsonObject): readonly FieldError[] {
  const before = childOf(old, "spec") ?? {};
  const after = childOf(object, "spec") ?? {};
  return equalJson(withChangeableFrom(after, before), before)
    ? podSpecErrors(after, "spec")
    : [forbiddenField("spec", changeable)];
}
