import type { CustomKind, KindVersion } from "../kinds.ts";
import { toOpenApi } from "./openapi.ts";
import type { OpenApi } from "./openapi.ts";

/** The CustomResourceDefinition of a kind, with keys in the order in which they are to be written. */
export function buildCustomResourceDefinition(kind: CustomKind): OpenApi {
  return {
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "CustomResourceDefinition",
    metadata: { name: `${kind.plural}.${kind.group}` },
    spec: {
      group: kind.group,
      names: {
        ...(kind.categories.length === 0 ? {} : { categories: kind.categories }),
        kind: kind.kind,
        listKind: `${kind.kind}List`,
        plural: kind.plural,
        ...(kind.shortNames.length === 0 ? {} : { shortNames: kind.shortNames }),
        singular: kind.kind.toLowerCase(),
      },
      scope: kind.scope,
      versions: kind.versions.map((version) => buildVersion(kind, version)),
    },
  };
}

function buildVersion(kind: CustomKind, version: KindVersion): OpenApi {
  return {
    ...(kind.columns.length === 0 ? {} : { additionalPrinterColumns: kind.columns }),
    ...(version.deprecated === true ? { deprecated: true } : {}),
    name: version.name,
    schema: { openAPIV3Schema: withoutMetadataRequirement(toOpenApi(version.schema)) },
    ...(kind.selectableFields === undefined
      ? {}
      : { selectableFields: kind.selectableFields.map((jsonPath) => ({ jsonPath })) }),
    served: true,
    storage: version.storage === true,
    ...(kind.hasStatus ? { subresources: { status: {} } } : {}),
  };
}

/** The API server sees to these three itself. */
function withoutMetadataRequirement(schema: OpenApi): OpenApi {
  const required = (schema["required"] as readonly string[]).filter(
    (name) => name !== "apiVersion" && name !== "kind" && name !== "metadata",
  );
  return Object.fromEntries(
    Object.entries(schema)
      .map(([key, value]) => [key, key === "required" ? required : value] as const)
      .filter(([key]) => key !== "required" || required.length > 0),
  );
}
