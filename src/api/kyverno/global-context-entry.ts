import { array, boolean, integer, object, optional, string } from "../schema/build.ts";
import { decode } from "../schema/decode.ts";
import type { Decoded } from "../schema/decode.ts";
import { conditionSchema, objectMetaSchema, typeMeta } from "../schema/metadata.ts";
import type { Infer } from "../schema/schema.ts";
import { apiCallProperties } from "./context.ts";

const externalApiCall = object({
  ...apiCallProperties,
  refreshInterval: optional(string({ format: "duration", default: "10m" })),
  retryLimit: optional(integer({ minimum: 1, default: 3 })),
});

/** A call that is made again and again. */
export interface ExternalApiCall extends Infer<typeof externalApiCall> {}

const kubernetesResource = object({
  group: optional(string()),
  namespace: optional(string({ description: "Empty: all namespaces, or a cluster-scoped resource." })),
  resource: string({ description: "Plural name in lower case." }),
  version: string(),
});

/** A resource whose objects are kept. */
export interface CachedKubernetesResource extends Infer<typeof kubernetesResource> {}

const spec = object(
  {
    apiCall: optional(externalApiCall),
    kubernetesResource: optional(kubernetesResource),
    projections: optional(array(object({ jmesPath: string(), name: string() }))),
  },
  { constraint: { oneOf: [{ required: ["kubernetesResource"] }, { required: ["apiCall"] }] } },
);

const status = object({
  conditions: optional(array(conditionSchema)),
  lastRefreshTime: optional(string({ format: "date-time" })),
  ready: optional(boolean({ description: "Deprecated: use conditions." })),
});

/** GlobalContextEntry of all versions, which are the same. */
export const globalContextEntrySchema = object({
  ...typeMeta(["kyverno.io/v2", "kyverno.io/v2beta1", "kyverno.io/v2alpha1"], "GlobalContextEntry"),
  metadata: objectMetaSchema,
  spec,
  status: optional(status),
});

/** Data that policies share: objects of a kind, or the answer of a repeated call. */
export interface GlobalContextEntry extends Infer<typeof globalContextEntrySchema> {}

/** Reads a GlobalContextEntry. */
export function decodeGlobalContextEntry(value: unknown): Decoded<GlobalContextEntry> {
  return decode<GlobalContextEntry>(globalContextEntrySchema, value);
}
