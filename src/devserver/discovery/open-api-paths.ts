import type { JsonObject } from "../json/json.ts";
import { rootPath } from "../resources/served-resource.ts";
import type { ServedResource } from "../resources/served-resource.ts";

const patchTypes = ["json-patch+json", "merge-patch+json", "strategic-merge-patch+json", "apply-patch+yaml"];

const parameter = (name: string, type: string): JsonObject => ({
  name,
  in: "query",
  schema: { type, uniqueItems: true },
});

const writeParameters = [
  parameter("dryRun", "string"),
  parameter("fieldManager", "string"),
  parameter("fieldValidation", "string"),
];

/** The paths of a resource: of its collection and of one object. */
export function buildPaths(served: ServedResource): readonly (readonly [string, JsonObject])[] {
  const { group, version, kind, namespaced, resource } = served;
  const base = rootPath(served) + (namespaced ? "/namespaces/{namespace}" : "");
  const gvk = { "x-kubernetes-group-version-kind": { group, version, kind } };
  const responses = { 200: { description: "OK" } };
  const operation = (action: string, parameters: readonly JsonObject[] = []): JsonObject => ({
    "x-kubernetes-action": action,
    ...gvk,
    ...(parameters.length === 0 ? {} : { parameters }),
    responses,
  });
  const types = patchTypes.filter((type) => !served.isCustom || !type.startsWith("strategic"));
  const content = Object.fromEntries(
    types.map((type) => [`application/${type}`, { schema: { type: "object" } }]),
  );
  return [
    [
      `${base}/${resource}`,
      {
        get: operation("list"),
        post: operation("post", writeParameters),
        delete: operation("deletecollection", [parameter("dryRun", "string")]),
      },
    ],
    [
      `${base}/${resource}/{name}`,
      {
        get: operation("get"),
        put: operation("put", writeParameters),
        patch: {
          ...operation("patch", [...writeParameters, parameter("force", "boolean")]),
          requestBody: { content, required: true },
        },
        delete: operation("delete", [parameter("dryRun", "string")]),
      },
    ],
  ];
}
