import { CelError } from "../../values/cel-error.ts";
import type { CelValue } from "../../values/cel-value.ts";
import { jsonOf } from "../../values/json-of.ts";
import type { MapValue } from "../../values/map-access.ts";
import type {
  CallContext,
  Example,
  FunctionSpec,
  Library,
  OutsideAnswer,
  Overload,
} from "../function-spec.ts";
import { Opaque } from "../kubernetes/opaque.ts";
import { labelQuery, pluralOf, resourcePath } from "./resource-paths.ts";
import type { ResourceRef } from "./resource-paths.ts";

const source = "Kyverno, resource library";
const gvrType = "schema.GroupVersionResource";
const object = "map(string, any)";

type Gvr = Opaque<ResourceRef>;

/** The data, or the reason in Kyverno's words. */
function dataOf(answer: OutsideAnswer, action: string): CelValue {
  if (answer.kind === "value") return answer.value;
  if (answer.kind === "unavailable") throw new CelError(`failed to ${action}: there is no cluster to ask`);
  const denied = answer.status === 403 || answer.status === 401 ? "permission denied: " : "";
  throw new CelError(`failed to ${action}: ${denied}${answer.message}`);
}

/** An object, or null where there is none. */
function get(ref: ResourceRef, namespace: string, name: string, context: CallContext): CelValue {
  if (name === "") throw new CelError("failed to get resource: resource name may not be empty");
  const urlPath = resourcePath(ref, namespace, name);
  const answer = context.ask({ kind: "apiCall", method: "GET", urlPath });
  if (answer.kind === "failed" && answer.status === 404) return null;
  return dataOf(answer, "get resource");
}

function list(
  ref: ResourceRef,
  namespace: string,
  labels: MapValue | undefined,
  context: CallContext,
): CelValue {
  const urlPath = resourcePath(ref, namespace) + labelQuery(labels);
  return dataOf(context.ask({ kind: "apiCall", method: "GET", urlPath }), "list resource");
}

function post(ref: ResourceRef, namespace: string, data: MapValue, context: CallContext): CelValue {
  const urlPath = resourcePath(ref, namespace);
  const body = jsonOf(data);
  return dataOf(context.ask({ kind: "apiCall", method: "POST", urlPath, body }), "create resource");
}

function toGvr(apiVersion: string, kind: string, context: CallContext): Gvr {
  const root = apiVersion.includes("/") ? "/apis" : "/api";
  const path = `${root}/${apiVersion.split("/").map(encodeURIComponent).join("/")}`;
  const answer = context.ask({ kind: "apiCall", method: "GET", urlPath: path });
  const plural = pluralOf(dataOf(answer, "map kind to resource"), kind);
  if (plural === undefined) {
    throw new CelError(
      `failed to map kind to resource: no matches for kind "${kind}" in version "${apiVersion}"`,
    );
  }
  return new Opaque<ResourceRef>(
    gvrType,
    { apiVersion, resource: plural },
    (left, right) => left.apiVersion === right.apiVersion && left.resource === right.resource,
  );
}

/** The namespace of a namespaced policy, which it never leaves. */
function ownNamespace({ scope }: CallContext): string {
  // No namespace would mean all of them.
  if (scope?.policyNamespace === undefined || scope.policyNamespace === "") {
    throw new CelError("a namespaced policy reaches the resources of its namespace only, and has none here");
  }
  return scope.policyNamespace;
}

const ref = (apiVersion: string, resource: string): ResourceRef => ({ apiVersion, resource });

function inBothSpellings(
  name: string,
  parameters: readonly (readonly [types: string, call: (...values: never[]) => CelValue])[],
  result: string,
): readonly Overload[] {
  const camel = name === "ToGVR" ? "toGVR" : name.toLowerCase();
  return [name, camel].flatMap((spelling) =>
    parameters.map(([types, call]) => ({ signature: `resource.${spelling}(${types}): ${result}`, call })),
  );
}

function resourceFunction(
  name: string,
  overloads: readonly Overload[],
  examples: readonly Example[],
): FunctionSpec {
  return { name: `resource.${name}`, source, overloads, examples };
}

const toGvrFunction = resourceFunction(
  "ToGVR",
  inBothSpellings("ToGVR", [["string, string", toGvr]], gvrType),
  [
    ["resource.List(resource.toGVR('v1', 'ConfigMap'), 'shop').items.size()", "1"],
    [
      "resource.ToGVR('v1', 'Nothing')",
      { error: 'failed to map kind to resource: no matches for kind "Nothing" in version "v1"' },
    ],
  ],
);

const getExamples: readonly Example[] = [
  ["resource.Get('v1', 'configmaps', 'shop', 'settings').data.mode", "'strict'"],
  ["dyn(resource.get('v1', 'configmaps', 'shop', 'nothing')) == null", "true"],
  [
    "resource.Get('v1', 'secrets', 'shop', 'key')",
    { error: "failed to get resource: permission denied: secrets is forbidden" },
  ],
];
const listExamples: readonly Example[] = [
  ["resource.List('v1', 'configmaps', 'shop').items.size()", "1"],
  ["resource.List('v1', 'configmaps', '', {'app': 'web'}).items.size()", "0"],
  ["resource.list('v1', 'nothings', '')", { error: "failed to list resource: there are no nothings" }],
];
const postExamples: readonly Example[] = [
  ["resource.Post('authorization.k8s.io/v1', 'subjectaccessreviews', {'spec': {}}).status.allowed", "true"],
  ["resource.post('v1', 'configmaps', 'shop', {'data': {}})", { error: "failed to create resource: no" }],
];

/** Objects of the cluster, for policies of the whole cluster. */
export const clusterResourceLibrary: Library = {
  name: "resource",
  functions: [
    resourceFunction(
      "Get",
      inBothSpellings(
        "Get",
        [
          [
            "string, string, string, string",
            (version: string, plural: string, namespace: string, name: string, context: CallContext) =>
              get(ref(version, plural), namespace, name, context),
          ],
          [
            `${gvrType}, string, string`,
            ({ value }: Gvr, namespace: string, name: string, context: CallContext) =>
              get(value, namespace, name, context),
          ],
        ],
        object,
      ),
      getExamples,
    ),
    resourceFunction(
      "List",
      inBothSpellings(
        "List",
        [
          [
            "string, string, string",
            (version: string, plural: string, namespace: string, context: CallContext) =>
              list(ref(version, plural), namespace, undefined, context),
          ],
          [
            "string, string, string, map(string, string)",
            (version: string, plural: string, namespace: string, labels: MapValue, context: CallContext) =>
              list(ref(version, plural), namespace, labels, context),
          ],
          [
            `${gvrType}, string`,
            ({ value }: Gvr, namespace: string, context: CallContext) =>
              list(value, namespace, undefined, context),
          ],
          [
            `${gvrType}, string, map(string, string)`,
            ({ value }: Gvr, namespace: string, labels: MapValue, context: CallContext) =>
              list(value, namespace, labels, context),
          ],
        ],
        object,
      ),
      listExamples,
    ),
    resourceFunction(
      "Post",
      inBothSpellings(
        "Post",
        [
          [
            "string, string, map(string, any)",
            (version: string, plural: string, data: MapValue, context: CallContext) =>
              post(ref(version, plural), "", data, context),
          ],
          [
            "string, string, string, map(string, any)",
            (version: string, plural: string, namespace: string, data: MapValue, context: CallContext) =>
              post(ref(version, plural), namespace, data, context),
          ],
        ],
        object,
      ),
      postExamples,
    ),
    toGvrFunction,
  ],
};

const withoutNamespace = (examples: readonly Example[]): readonly Example[] =>
  examples
    .filter(([expression]) => !expression.includes("'', {'app'"))
    .map(([expression, expected]): Example => [expression.replace(/, '(?:shop)?'(?=[,)])/, ""), expected]);

/** Objects of the policy's own namespace, for policies that live in one. */
export const namespacedResourceLibrary: Library = {
  name: "resource of a namespace",
  functions: [
    resourceFunction(
      "Get",
      inBothSpellings(
        "Get",
        [
          [
            "string, string, string",
            (version: string, plural: string, name: string, context: CallContext) =>
              get(ref(version, plural), ownNamespace(context), name, context),
          ],
          [
            `${gvrType}, string`,
            ({ value }: Gvr, name: string, context: CallContext) =>
              get(value, ownNamespace(context), name, context),
          ],
        ],
        object,
      ),
      withoutNamespace(getExamples),
    ),
    resourceFunction(
      "List",
      inBothSpellings(
        "List",
        [
          [
            "string, string",
            (version: string, plural: string, context: CallContext) =>
              list(ref(version, plural), ownNamespace(context), undefined, context),
          ],
          [
            "string, string, map(string, string)",
            (version: string, plural: string, labels: MapValue, context: CallContext) =>
              list(ref(version, plural), ownNamespace(context), labels, context),
          ],
          [
            gvrType,
            ({ value }: Gvr, context: CallContext) => list(value, ownNamespace(context), undefined, context),
          ],
          [
            `${gvrType}, map(string, string)`,
            ({ value }: Gvr, labels: MapValue, context: CallContext) =>
              list(value, ownNamespace(context), labels, context),
          ],
        ],
        object,
      ),
      withoutNamespace(listExamples),
    ),
    resourceFunction(
      "Post",
      inBothSpellings(
        "Post",
        [
          [
            "string, string, map(string, any)",
            (version: string, plural: string, data: MapValue, context: CallContext) =>
              post(ref(version, plural), ownNamespace(context), data, context),
          ],
        ],
        object,
      ),
      withoutNamespace(postExamples),
    ),
    {
      ...toGvrFunction,
      examples: withoutNamespace(toGvrFunction.examples),
    },
  ],
};
