import { apiVersionOf } from "#api/meta/resource-type.ts";
import { builtInTypes } from "#engine/apply-configuration/built-in-types.ts";
import type { ObjectTypes } from "#engine/apply-configuration/object-type.ts";
import { typesOfOpenApi } from "#engine/apply-configuration/open-api-types.ts";
import { typedObject } from "#engine/cel/environments/object-structs.ts";
import type { TypedObject } from "#engine/cel/environments/object-structs.ts";
import { isObject, own } from "#engine/values/json.ts";
import type { Json } from "#engine/values/json.ts";
import type { KubeClient } from "#kube/client/kube-client.ts";

import { connectCluster } from "../cluster/connect-cluster.ts";
import type { ClusterChoice, Environment } from "../cluster/connect-cluster.ts";
import { discover } from "../cluster/walk-cluster.ts";
import { kindNameOf } from "../resources/kind-names.ts";

/** A resource as match constraints name it: the plural, in lower case. */
export interface NamedResource {
  readonly group: string;
  readonly version: string;
  readonly resource: string;
}

/** A kind, and the type of its objects. */
export interface KindSchema {
  readonly apiVersion: string;
  readonly kind: string;
  readonly type: TypedObject;
}

/** Where the types of objects come from. */
export interface KindSchemas {
  /** Undefined for a resource of which nothing is known. */
  find(resource: NamedResource): Promise<KindSchema | undefined>;
  close(): Promise<void>;
}

/** The kinds of Kubernetes itself. */
export const builtInSchemas: KindSchemas = {
  find: (resource) =>
    Promise.resolve(schemaOf(builtInTypes, apiVersionOf(resource), kindNameOf(resource.resource))),
  close: () => Promise.resolve(),
};

/** What the API server of a cluster publishes of its kinds. Throws a `UsageError` where there is no such cluster. */
export async function clusterSchemas(choice: ClusterChoice, env: Environment): Promise<KindSchemas> {
  const client = await connectCluster(choice, env);
  const { types: served } = await discover(client);
  const documents = new Map<string, Promise<ObjectTypes>>();
  const typesOf = (apiVersion: string): Promise<ObjectTypes> => {
    const known = documents.get(apiVersion) ?? readTypes(client, apiVersion);
    documents.set(apiVersion, known);
    return known;
  };
  return {
    async find({ group, version, resource }) {
      const type = served.find(
        (one) => one.group === group && one.version === version && one.resource === resource,
      );
      if (type === undefined) return undefined;
      const apiVersion = apiVersionOf(type);
      return schemaOf(await typesOf(apiVersion), apiVersion, type.kind);
    },
    close: () => client.close(),
  };
}

/** An API whose types cannot be had is as one that publishes none: there is nothing to hold expressions against. */
async function readTypes(client: KubeClient, apiVersion: string): Promise<ObjectTypes> {
  const root = apiVersion.includes("/") ? "apis" : "api";
  try {
    const document = (await client.rawGet(`/openapi/v3/${root}/${apiVersion}`)) as Json;
    const components = isObject(document) ? own(document, "components") : undefined;
    const schemas = isObject(components) ? own(components, "schemas") : undefined;
    return typesOfOpenApi(isObject(schemas) ? schemas : {});
  } catch {
    return { find: () => undefined };
  }
}

function schemaOf(types: ObjectTypes, apiVersion: string, kind: string): KindSchema | undefined {
  const type = typedObject(types, apiVersion, kind);
  return type === undefined ? undefined : { apiVersion, kind, type };
}
