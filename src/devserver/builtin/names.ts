import { invalidField, requiredField } from "../errors/field-error.ts";
import type { FieldError } from "../errors/field-error.ts";
import { isObject, listAt, mapAt, textAt } from "../json/json.ts";
import type { JsonObject } from "../json/json.ts";

const label = "[a-z0-9]([-a-z0-9]*[a-z0-9])?";
const labelPattern = new RegExp(`^${label}$`);
const subdomainPattern = new RegExp(`^${label}(\\.${label})*$`);
const qualifiedPattern = /^([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]$/;
const valuePattern = /^(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?$/;

const subdomainDetail =
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";
const labelDetail =
  "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')";
const serviceDetail =
  "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')";
const qualifiedDetail =
  "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";
const valueDetail =
  "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')";

const pathNames: ReadonlySet<string> = new Set(["Role", "ClusterRole", "RoleBinding", "ClusterRoleBinding"]);

function nameProblem(kind: string, name: string): string | undefined {
  if (pathNames.has(kind)) {
    if (name === "." || name === "..") return `may not be '${name}'`;
    return /[/%]/.test(name) ? "may not contain '/' or '%'" : undefined;
  }
  if (kind === "Namespace") {
    if (name.length > 63) return "must be no more than 63 characters";
    return labelPattern.test(name) ? undefined : labelDetail;
  }
  if (kind === "Service") {
    if (name.length > 63) return "must be no more than 63 characters";
    return /^[a-z]([-a-z0-9]*[a-z0-9])?$/.test(name) ? undefined : serviceDetail;
  }
  if (name.length > 253) return "must be no more than 253 characters";
  return subdomainPattern.test(name) ? undefined : subdomainDetail;
}

function qualifiedNameProblem(text: string): string | undefined {
  const slash = text.indexOf("/");
  const name = text.slice(slash + 1);
  if (slash >= 0 && !subdomainPattern.test(text.slice(0, slash))) return `prefix part ${subdomainDetail}`;
  if (name === "") return "name part must be non-empty";
  if (name.length > 63) return "name part must be no more than 63 characters";
  return qualifiedPattern.test(name) ? undefined : qualifiedDetail;
}

/** Findings about labels: their keys and values. */
export function labelErrors(labels: JsonObject, field: string): readonly FieldError[] {
  return Object.entries(labels).flatMap(([key, value]) => {
    const keyProblem = qualifiedNameProblem(key);
    const errors = keyProblem === undefined ? [] : [invalidField(field, key, keyProblem)];
    if (typeof value === "string" && value.length > 63) {
      return [...errors, invalidField(field, value, "must be no more than 63 characters")];
    }
    return typeof value === "string" && valuePattern.test(value)
      ? errors
      : [...errors, invalidField(field, value, valueDetail)];
  });
}

const maxAnnotationBytes = 256 * 1024;

/** Findings about the metadata of any object. */
export function metadataErrors(kind: string, object: JsonObject): readonly FieldError[] {
  const name = textAt(object, "metadata", "name");
  const problem = name === "" ? undefined : nameProblem(kind, name);
  const annotations = mapAt(object, "metadata", "annotations");
  const annotationBytes = Object.entries(annotations).reduce(
    (sum, [key, value]) => sum + key.length + String(value).length,
    0,
  );
  return [
    ...(name === "" ? [requiredField("metadata.name", "name or generateName is required")] : []),
    ...(problem === undefined ? [] : [invalidField("metadata.name", name, problem)]),
    ...labelErrors(mapAt(object, "metadata", "labels"), "metadata.labels"),
    ...Object.keys(annotations).flatMap((key) => {
      const wrong = qualifiedNameProblem(key.toLowerCase());
      return wrong === undefined ? [] : [invalidField("metadata.annotations", key, wrong)];
    }),
    ...(annotationBytes <= maxAnnotationBytes
      ? []
      : [
          {
            reason: "FieldValueTooLong" as const,
            field: "metadata.annotations",
            detail: `may not be more than ${maxAnnotationBytes} bytes`,
          },
        ]),
    ...listAt(object, "metadata", "ownerReferences").flatMap(ownerErrors),
    ...listAt(object, "metadata", "finalizers").flatMap((finalizer) => {
      const wrong = qualifiedNameProblem(String(finalizer));
      return wrong === undefined ? [] : [invalidField("metadata.finalizers", finalizer, wrong)];
    }),
  ];
}

function ownerErrors(owner: unknown, index: number): readonly FieldError[] {
  if (!isObject(owner)) return [];
  const missing = ["apiVersion", "kind", "name", "uid"].filter((name) => textAt(owner, name) === "");
  return missing.map((name) =>
    invalidField(
      `metadata.ownerReferences[${index}].${name}`,
      textAt(owner, name),
      `${name} must not be empty`,
    ),
  );
}
