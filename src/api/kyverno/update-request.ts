import { array, boolean, enumOf, integer, map, nullable, object, optional, string } from "../schema/build.ts";
import { decode } from "../schema/decode.ts";
import type { Decoded } from "../schema/decode.ts";
import { objectMetaSchema, typeMeta } from "../schema/metadata.ts";
import type { Infer } from "../schema/schema.ts";
import { resourceSpecProperties } from "./mutate.ts";

const resourceSpec = object(resourceSpecProperties);

/** Names one object. */
export interface ResourceSpec extends Infer<typeof resourceSpec> {}

const userInfo = object({
  extra: optional(map(array(string(), { listType: "atomic" }))),
  groups: optional(array(string(), { listType: "atomic" })),
  uid: optional(string()),
  username: optional(string()),
});

const requester = object({
  clusterRoles: optional(nullable(array(string()))),
  roles: optional(nullable(array(string()))),
  synchronize: optional(boolean({ description: "Whether the admission request was a dry run." })),
  userInfo: optional(userInfo),
});

/** Who made the request that an update request comes from. */
export interface Requester extends Infer<typeof requester> {}

const groupVersionKind = object({ group: string(), kind: string(), version: string() });
const groupVersionResource = object({ group: string(), resource: string(), version: string() });
const rawObject = object({}, { preserveUnknownFields: true });

const admissionRequest = object({
  dryRun: optional(boolean()),
  kind: groupVersionKind,
  name: optional(string()),
  namespace: optional(string()),
  object: optional(rawObject),
  oldObject: optional(rawObject),
  operation: string(),
  options: optional(rawObject),
  requestKind: optional(groupVersionKind),
  requestResource: optional(groupVersionResource),
  requestSubResource: optional(string()),
  resource: groupVersionResource,
  subResource: optional(string()),
  uid: string(),
  userInfo,
});

/** The admission request that an update request comes from. */
export interface AdmissionRequest extends Infer<typeof admissionRequest> {}

const context = object({
  admissionRequestInfo: optional(
    object({ admissionRequest: optional(admissionRequest), operation: optional(string()) }),
  ),
  userInfo: optional(requester),
});

const ruleContext = object({
  cacheRestore: optional(boolean()),
  deleteDownstream: boolean(),
  rule: string(),
  synchronize: optional(boolean()),
  trigger: resourceSpec,
});

/** One rule to work on and the object that triggered it. */
export interface UpdateRequestRuleContext extends Infer<typeof ruleContext> {}

const spec = object({
  context,
  deleteDownstream: boolean({ description: "Deprecated: use the field of ruleContext." }),
  policy: string({ description: "`name` or `namespace/name`." }),
  requestType: optional(enumOf(["mutate", "generate", "cel-generate", "cel-mutate"])),
  resource: resourceSpec,
  rule: string(),
  ruleContext: optional(array(ruleContext)),
  synchronize: optional(boolean({ description: "Deprecated: use the field of ruleContext." })),
});

/** What is asked for. */
export interface UpdateRequestSpec extends Infer<typeof spec> {}

const status = object({
  generatedResources: optional(array(resourceSpec)),
  message: optional(string()),
  retryCount: optional(integer()),
  state: string(),
});

/** UpdateRequest of kyverno.io/v2. */
export const updateRequestSchema = object({
  ...typeMeta(["kyverno.io/v2"], "UpdateRequest"),
  metadata: objectMetaSchema,
  spec: optional(spec),
  status: optional(status),
});

/** Work for the background: generate or mutate for a trigger. */
export interface UpdateRequest extends Infer<typeof updateRequestSchema> {}

/** Reads an UpdateRequest. */
export function decodeUpdateRequest(value: unknown): Decoded<UpdateRequest> {
  return decode<UpdateRequest>(updateRequestSchema, value);
}
