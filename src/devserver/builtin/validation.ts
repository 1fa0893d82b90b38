import { forbiddenField, invalidField, requiredField, unsupportedField } from "../errors/field-error.ts";
import type { FieldError } from "../errors/field-error.ts";
import { equalJson, fieldOf, listAt, mapAt, numberAt, textAt, valueAt } from "../json/json.ts";
import type { JsonObject } from "../json/json.ts";
import { selectorMatches } from "../storage/label-selector.ts";
import { customResourceDefinitionErrors } from "./validate-crd.ts";
import { labelErrors } from "./names.ts";
import { podSpecErrors, podUpdateErrors } from "./validate-pod.ts";

type Validate = (object: JsonObject, old: JsonObject | undefined) => readonly FieldError[];

const immutable = "field is immutable";

function unchanged(path: readonly string[]): Validate {
  return (object, old) => {
    const value = valueAt(object, ...path);
    return old === undefined || equalJson(value, valueAt(old, ...path))
      ? []
      : [invalidField(path.join("."), value, immutable)];
  };
}

function notNegative(object: JsonObject, ...path: readonly string[]): readonly FieldError[] {
  const value = numberAt(object, ...path);
  return value === undefined || value >= 0
    ? []
    : [invalidField(path.join("."), value, "must be greater than or equal to 0")];
}

function templateErrors(object: JsonObject, restartPolicies: readonly string[]): readonly FieldError[] {
  const template = fieldOf(fieldOf(object, "spec"), "template");
  const policy = textAt(template, "spec", "restartPolicy");
  const labels = mapAt(template, "metadata", "labels");
  return [
    ...labelErrors(labels, "spec.template.labels"),
    ...podSpecErrors(fieldOf(template, "spec"), "spec.template.spec"),
    ...(restartPolicies.includes(policy)
      ? []
      : [unsupportedField("spec.template.spec.restartPolicy", policy, restartPolicies)]),
  ];
}

const workload: Validate = (object, old) => {
  const selector = valueAt(object, "spec", "selector");
  const labels = mapAt(object, "spec", "template", "metadata", "labels");
  const matches = selector !== undefined && selectorMatches(selector, labels);
  const selectorErrors =
    selector === undefined
      ? [requiredField("spec.selector")]
      : Object.keys(mapAt(selector)).length === 0
        ? [invalidField("spec.selector", selector, "empty selector is invalid for deployment")]
        : [];
  return [
    ...selectorErrors,
    ...notNegative(object, "spec", "replicas"),
    ...notNegative(object, "spec", "revisionHistoryLimit"),
    ...(matches
      ? []
      : [
          invalidField(
            "spec.template.metadata.labels",
            labels,
            "`selector` does not match template `labels`",
          ),
        ]),
    ...templateErrors(object, ["Always"]),
    ...unchanged(["spec", "selector"])(object, old),
  ];
};

const job: Validate = (object, old) => [
  ...notNegative(object, "spec", "parallelism"),
  ...notNegative(object, "spec", "completions"),
  ...notNegative(object, "spec", "backoffLimit"),
  ...templateErrors(object, ["OnFailure", "Never"]),
  ...unchanged(["spec", "selector"])(object, old),
  ...unchanged(["spec", "template"])(object, old),
  ...unchanged(["spec", "completionMode"])(object, old),
];

const cronJob: Validate = (object) => {
  const schedule = textAt(object, "spec", "schedule");
  const template = valueAt(object, "spec", "jobTemplate", "spec", "template", "spec");
  const policy = textAt(template, "restartPolicy");
  const path = "spec.jobTemplate.spec.template.spec";
  return [
    ...(schedule === "" ? [requiredField("spec.schedule")] : []),
    ...(schedule === "" || /^(@\w+(\s+\S+)?|(\S+\s+){4}\S+)$/.test(schedule.trim())
      ? []
      : [
          invalidField(
            "spec.schedule",
            schedule,
            `expected exactly 5 fields, found ${schedule.trim().split(/\s+/).length}: [${schedule}]`,
          ),
        ]),
    ...podSpecErrors(template, path),
    ...(policy === "OnFailure" || policy === "Never"
      ? []
      : [unsupportedField(`${path}.restartPolicy`, policy, ["OnFailure", "Never"])]),
  ];
};

const pod: Validate = (object, old) =>
  old === undefined ? podSpecErrors(fieldOf(object, "spec"), "spec") : podUpdateErrors(object, old);

const service: Validate = (object, old) => {
  const type = textAt(object, "spec", "type");
  const ports = listAt(object, "spec", "ports");
  const known = ["ClusterIP", "ExternalName", "LoadBalancer", "NodePort"];
  const headless = textAt(object, "spec", "clusterIP") === "None";
  return [
    ...(known.includes(type) ? [] : [unsupportedField("spec.type", type, known)]),
    ...(ports.length === 0 && type !== "ExternalName" && !headless ? [requiredField("spec.ports")] : []),
    ...ports.flatMap((port, i) => [
      ...(ports.length > 1 && textAt(port, "name") === "" ? [requiredField(`spec.ports[${i}].name`)] : []),
      ...portErrors(numberAt(port, "port"), `spec.ports[${i}].port`),
    ]),
    ...(old === undefined || type === "ExternalName" || textAt(old, "spec", "clusterIP") === ""
      ? []
      : unchanged(["spec", "clusterIP"])(object, old)),
  ];
};

function portErrors(port: number | undefined, field: string): readonly FieldError[] {
  return port !== undefined && port >= 1 && port <= 65_535
    ? []
    : [invalidField(field, port ?? 0, "must be between 1 and 65535, inclusive")];
}

const keyDetail =
  "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')";

const dataMap: Validate = (object, old) => {
  const fields = ["data", "binaryData"];
  const keys = fields.flatMap((field) =>
    Object.keys(mapAt(object, field)).map((key) => [field, key] as const),
  );
  const wasImmutable = old?.["immutable"] === true;
  return [
    ...keys
      .filter(([, key]) => !/^[-._a-zA-Z0-9]+$/.test(key))
      .map(([field, key]) => invalidField(`${field}[${key}]`, key, keyDetail)),
    ...(wasImmutable && object["immutable"] !== true
      ? [forbiddenField("immutable", "field is immutable when `immutable` is set")]
      : []),
    ...fields
      .filter((field) => wasImmutable && !equalJson(object[field], old[field]))
      .map((field) => forbiddenField(field, "field is immutable when `immutable` is set")),
  ];
};

const secret: Validate = (object, old) => [...dataMap(object, old), ...unchanged(["type"])(object, old)];

const role: Validate = (object) =>
  listAt(object, "rules").flatMap((rule, i) => {
    const isPath = listAt(rule, "nonResourceURLs").length > 0;
    const missing = ["verbs", ...(isPath ? [] : ["apiGroups", "resources"])];
    return missing
      .filter((name) => listAt(rule, name).length === 0)
      .map((name) =>
        requiredField(
          `rules[${i}].${name}`,
          name === "verbs"
            ? "verbs must contain at least one value"
            : "resource rules must supply at least one " + (name === "apiGroups" ? "api group" : "resource"),
        ),
      );
  });

const binding: Validate = (object, old) => [
  ...(textAt(object, "roleRef", "name") === "" ? [requiredField("roleRef.name")] : []),
  ...(["Role", "ClusterRole"].includes(textAt(object, "roleRef", "kind"))
    ? []
    : [unsupportedField("roleRef.kind", textAt(object, "roleRef", "kind"), ["Role", "ClusterRole"])]),
  ...(old === undefined || equalJson(object["roleRef"], old["roleRef"])
    ? []
    : [invalidField("roleRef", object["roleRef"], "cannot change roleRef")]),
];

const lease: Validate = (object) => {
  const seconds = numberAt(object, "spec", "leaseDurationSeconds");
  return seconds === undefined || seconds > 0
    ? []
    : [invalidField("spec.leaseDurationSeconds", seconds, "must be greater than 0")];
};

const claim: Validate = (object) => [
  ...(listAt(object, "spec", "accessModes").length === 0
    ? [requiredField("spec.accessModes", "at least 1 access mode is required")]
    : []),
  ...(valueAt(object, "spec", "resources", "requests", "storage") === undefined
    ? [requiredField("spec.resources[storage]")]
    : []),
];

const validators: Readonly<Record<string, Validate>> = {
  Deployment: workload,
  ReplicaSet: workload,
  StatefulSet: workload,
  DaemonSet: workload,
  Job: job,
  CronJob: cronJob,
  Pod: pod,
  Service: service,
  ConfigMap: dataMap,
  Secret: secret,
  Role: role,
  ClusterRole: role,
  RoleBinding: binding,
  ClusterRoleBinding: binding,
  Lease: lease,
  PersistentVolumeClaim: claim,
  CustomResourceDefinition: customResourceDefinitionErrors,
};

/**
 * Findings about an object of a built-in kind: what people get wrong most, in the API server's words. Everything else that
 * the API server would refuse is accepted.
 */
export function validateBuiltin(
  kind: string,
  object: JsonObject,
  old: JsonObject | undefined,
): readonly FieldError[] {
  return validators[kind]?.(object, old) ?? [];
}
