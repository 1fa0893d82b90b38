import { isRecord } from "#api/schema/path.ts";
import type { GroupVersionKind, InjectedValue, InjectedValues } from "#engine/input.ts";
import type { Json, JsonObject } from "#engine/values/json.ts";

import { UsageError } from "../usage-error.ts";
import type { ValuesFile } from "./values-file.ts";

/** What a values file or `--set` puts into the documents of rules. */
export interface ScanValues {
  /** The values for one policy and one object, by their names. */
  find(policy: string, resource: string): InjectedValues;
  /** Labels of a namespace, where the file declares it. */
  namespaceLabels(namespace: string): Readonly<Record<string, string>> | undefined;
  /** The Namespace itself, as far as the file describes it. */
  namespaceObject(namespace: string): JsonObject | undefined;
  /** What an object of a declared subresource is judged as; undefined for any other. */
  subresourceOf(gvk: GroupVersionKind): Subresource | undefined;
}

/** A subresource such as `scale` and the kind that has it. */
export interface Subresource {
  readonly parent: GroupVersionKind;
  readonly name: string;
}

/** Compiles a values file; later sources win: global values, those of the object, `--set`. */
export function compileValues(
  file: ValuesFile | undefined,
  assignments: readonly InjectedValue[],
): ScanValues {
  const policies = file?.policies ?? [];
  const labels = namespaceLabelsOf(file);
  const namespaces = namespacesOf(file);
  return {
    find(policy, resource) {
      const own = policies.filter(({ name }) => name === policy);
      const ofResource = own
        .flatMap(({ resources = [] }) => resources.filter(({ name }) => name === resource))
        .flatMap(({ values }) => entriesOf(values));
      const rules = own.flatMap((entry) => entry.rules ?? []);
      return {
        policy: withOperation([...entriesOf(file?.globalValues), ...ofResource, ...assignments]),
        rule: (name) =>
          rules.filter((rule) => isRuleName(rule.name, name)).flatMap(({ values }) => entriesOf(values)),
        foreach: (name) =>
          rules
            .filter((rule) => isRuleName(rule.name, name))
            .flatMap(({ foreachValues = {} }) => Object.entries(foreachValues))
            // Whatever the element, the first value counts, as in Kyverno.
            .map(([path, values]) => [path, (values[0] ?? null) as Json] as const),
      };
    },
    namespaceLabels: (namespace) => labels.get(namespace),
    namespaceObject: (namespace) => namespaces.get(namespace),
    subresourceOf(gvk) {
      const found = (file?.subresources ?? []).find(({ subresource: { group = "", version, kind } }) => {
        return group === gvk.group && version === gvk.version && kind === gvk.kind;
      });
      if (found === undefined) return undefined;
      const { group = "", version, kind } = found.parentResource;
      const name = found.subresource.name.split("/").slice(1).join("/");
      return { parent: { group, version, kind }, name };
    },
  };
}

/** Reads `--set a=b,c=d`. Throws a `UsageError` for a pair that is none. */
export function parseAssignments(texts: readonly string[]): readonly InjectedValue[] {
  return texts
    .flatMap((text) => text.split(","))
    .map((pair) => {
      const [key = "", value = "", ...rest] = pair.split("=").map((part) => part.trim());
      if (key === "" || value === "" || rest.length > 0) {
        throw new UsageError(`--set ${pair}: a pair is written key=value`);
      }
      return [key, value] as const;
    });
}

function entriesOf(values: Readonly<Record<string, unknown>> | undefined): readonly InjectedValue[] {
  return Object.entries(values ?? {}) as [string, Json][];
}

/** Of equal paths the last counts; an operation there is always. */
function withOperation(values: readonly InjectedValue[]): readonly InjectedValue[] {
  const unique = new Map<string, Json>([["request.operation", "CREATE"], ...values]);
  return [...unique];
}

/** Values of a rule reach the rules generated from it for pod controllers. */
function isRuleName(declared: string, name: string): boolean {
  return name === declared || name === `autogen-${declared}` || name === `autogen-cronjob-${declared}`;
}

function namespaceLabelsOf(
  file: ValuesFile | undefined,
): ReadonlyMap<string, Readonly<Record<string, string>>> {
  const labels = new Map<string, Readonly<Record<string, string>>>();
  for (const entry of file?.namespaceSelector ?? []) labels.set(entry.name, entry.labels ?? {});
  for (const namespace of file?.namespaces ?? []) {
    const metadata = isRecord(namespace) ? namespace["metadata"] : undefined;
    if (!isRecord(metadata) || typeof metadata["name"] !== "string") continue;
    const own = isRecord(metadata["labels"]) ? metadata["labels"] : {};
    labels.set(
      metadata["name"],
      Object.fromEntries(Object.entries(own).map(([key, value]) => [key, String(value)])),
    );
  }
  return labels;
}

/** Namespaces that are given whole win over those of which only the labels are known. */
function namespacesOf(file: ValuesFile | undefined): ReadonlyMap<string, JsonObject> {
  const namespaces = new Map<string, JsonObject>();
  for (const { name, labels = {} } of file?.namespaceSelector ?? []) {
    namespaces.set(name, { metadata: { name, labels } });
  }
  for (const namespace of file?.namespaces ?? []) {
    const metadata = isRecord(namespace) ? namespace["metadata"] : undefined;
    if (!isRecord(metadata) || typeof metadata["name"] !== "string") continue;
    namespaces.set(metadata["name"], namespace as JsonObject);
  }
  return namespaces;
}
