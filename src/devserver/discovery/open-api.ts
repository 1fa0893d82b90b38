import { createHash } from "node:crypto";
import type { JsonObject } from "../json/json.ts";
import type { Registry } from "../resources/registry.ts";
import { rootPath } from "../resources/served-resource.ts";
import type { ServedResource } from "../resources/served-resource.ts";
import { buildPaths } from "./open-api-paths.ts";
import { buildComponents } from "./open-api-schemas.ts";

/** `/openapi/v3`: where the document of each group and version is. The hash changes when the document does. */
export function openApiIndex(registry: Registry): JsonObject {
  const groups = registry.groups().flatMap(({ group, versions }) =>
    versions.map(({ version, resources }) => {
      const path = rootPath({ group, version });
      const hash = createHash("sha256");
      for (const { kind, schema } of resources)
        hash.update(JSON.stringify([kind, schema.raw ?? schema.name ?? ""]));
      const query = hash.digest("hex").slice(0, 32).toUpperCase();
      return [path.slice(1), { serverRelativeURL: `/openapi/v3${path}?hash=${query}` }] as const;
    }),
  );
  return { paths: Object.fromEntries(groups) };
}

/** `/openapi/v3/apis/GROUP/VERSION`, as far as kubectl reads it: paths with their kinds and parameters, and the schemas. */
export function openApiDocument(registry: Registry, name: string): JsonObject | undefined {
  const resources = registry.all().filter((served) => rootPath(served) === `/${name}`);
  return resources.length === 0 ? undefined : documentOf(resources);
}

function documentOf(resources: readonly ServedResource[]): JsonObject {
  return {
    openapi: "3.0.0",
    info: { title: "Kubernetes", version: "unversioned" },
    paths: Object.fromEntries(resources.flatMap(buildPaths)),
    components: { schemas: buildComponents(resources) },
  };
}
