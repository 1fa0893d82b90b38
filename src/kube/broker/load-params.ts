import type { BrokerRequest } from "#api/broker/broker-request.ts";
import { splitApiVersion } from "#api/meta/resource-type.ts";
import type { ResourceType } from "#api/meta/resource-type.ts";
import type { LabelSelector } from "#api/schema/metadata.ts";
import { isNotFound } from "../client/api-error.ts";
import type { ApiPath } from "./api-path.ts";

type ParamsRequest = BrokerRequest & { readonly kind: "params" };
type ResourcePath = ApiPath & { readonly kind: "resource" };

/** The parameters' place in the API, or why they have none. */
export type ParamsPath =
  | { readonly ok: true; readonly path: ResourcePath }
  | { readonly ok: false; readonly problem: string };

/** Where the parameters of an admission policy are. */
export function paramsPath(request: ParamsRequest, types: readonly ResourceType[]): ParamsPath {
  const { apiVersion, objectKind, namespace, name, selector } = request;
  const { group, version } = splitApiVersion(apiVersion);
  const type = types.find(
    (one) =>
      one.group === group &&
      one.version === version &&
      one.kind === objectKind &&
      !one.resource.includes("/"),
  );
  if (type === undefined) {
    return {
      ok: false,
      problem: `the API server serves no ${objectKind} of ${apiVersion}, which are the parameters`,
    };
  }
  if (type.namespaced && namespace === "") {
    return {
      ok: false,
      problem: `parameters of kind ${objectKind} stand in a namespace, and neither the binding nor the object has one`,
    };
  }
  const labelSelector = selector === undefined ? "" : selectorText(selector);
  return {
    ok: true,
    path: {
      kind: "resource",
      group,
      version,
      resource: type.resource,
      ...(type.namespaced ? { namespace } : {}),
      ...(name === undefined ? {} : { name }),
      query: name !== undefined || labelSelector === "" ? {} : { labelSelector },
    },
  };
}

/** The parameters as a list; what does not exist is none. */
export async function readParams(
  { apiVersion, objectKind, name }: ParamsRequest,
  read: () => Promise<unknown>,
): Promise<readonly unknown[]> {
  try {
    const answer = await read();
    if (name !== undefined) return [answer];
    const items = (answer as { readonly items?: unknown } | null)?.items;
    // Members of a list do not say what they are.
    return Array.isArray(items)
      ? items.map((item: object) => ({ apiVersion, kind: objectKind, ...item }))
      : [];
  } catch (error) {
    if (isNotFound(error)) return [];
    throw error;
  }
}

/** A selector as the API server's `labelSelector` parameter. */
export function selectorText({ matchLabels = {}, matchExpressions = [] }: LabelSelector): string {
  const equal = Object.entries(matchLabels).map(([key, value]) => `${key}=${value}`);
  const others = matchExpressions.map(({ key, operator, values = [] }) => {
    switch (operator) {
      case "In":
        return `${key} in (${values.join(",")})`;
      case "NotIn":
        return `${key} notin (${values.join(",")})`;
      case "Exists":
        return key;
      default:
        return `!${key}`;
    }
  });
  return [...equal, ...others].join(",");
}
