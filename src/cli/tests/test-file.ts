import {
  anyJson,
  array,
  boolean,
  enumOf,
  integer,
  map,
  object,
  optional,
  string,
} from "#api/schema/build.ts";
import type { Infer } from "#api/schema/schema.ts";

import { inlineValuesSchema } from "../values/values-file.ts";

const texts = optional(array(string()));
const flag = optional(boolean());

/** Flags that say which kind a policy is of. They are known, and nothing depends on them: names tell policies apart. */
const kindFlags = {
  isDeletingPolicy: flag,
  isGeneratingPolicy: flag,
  isImageValidatingPolicy: flag,
  isMutatingAdmissionPolicy: flag,
  isMutatingPolicy: flag,
  isNamespacedDeletingPolicy: flag,
  isNamespacedGeneratingPolicy: flag,
  isNamespacedImageValidatingPolicy: flag,
  isNamespacedMutatingPolicy: flag,
  isNamespacedValidatingPolicy: flag,
  isValidatingAdmissionPolicy: flag,
  isValidatingPolicy: flag,
};

const resourceSpec = object({
  group: optional(string()),
  version: optional(string()),
  kind: optional(string()),
  namespace: optional(string()),
  name: optional(string()),
});

const result = object({
  policy: string({ minLength: 1 }),
  rule: optional(string()),
  kind: optional(string()),
  resources: texts,
  resourceSpecs: optional(array(resourceSpec)),
  result: enumOf(["pass", "fail", "skip", "warn", "error"]),
  operation: optional(enumOf(["CREATE", "UPDATE", "DELETE"])),
  patchedResources: optional(string()),
  generatedResource: optional(string()),
  generatedResources: texts,
  cloneSourceResource: optional(string()),
  failOnMissingResources: flag,
  ...kindFlags,
});

/** One entry of `results`: what is expected. */
export interface ExpectedResult extends Infer<typeof result> {}

const apiCallResponse = object({
  url: optional(string()),
  urlPath: optional(string()),
  method: optional(enumOf(["", "GET", "POST"])),
  response: object({ statusCode: optional(integer()), body: map(anyJson()) }),
});

/** What a call that a policy makes is answered with. */
export interface ApiCallResponse extends Infer<typeof apiCallResponse> {}

const globalContextEntry = object({
  name: string({ minLength: 1 }),
  data: optional(map(anyJson())),
  resources: optional(array(anyJson())),
  resourceFiles: texts,
  fieldPath: optional(string()),
  projections: optional(array(object({ name: string({ minLength: 1 }), path: string() }))),
});

/** What a GlobalContextEntry holds. */
export interface MockedGlobalEntry extends Infer<typeof globalContextEntry> {}

const test = object({
  apiVersion: string({ minLength: 1 }),
  kind: string({ minLength: 1 }),
  metadata: optional(object({ name: optional(string()) }, { preserveUnknownFields: true })),
  policies: texts,
  resources: texts,
  targetResources: texts,
  paramResources: texts,
  jsonPayload: optional(string()),
  jsonPayloads: texts,
  httpPayloads: texts,
  envoyPayloads: texts,
  variables: optional(string()),
  values: optional(inlineValuesSchema),
  userinfo: optional(string()),
  context: optional(string()),
  clusterResources: texts,
  exceptions: texts,
  apiCallResponses: optional(array(apiCallResponse)),
  globalContextEntries: optional(array(globalContextEntry)),
  results: optional(array(result)),
});

/** A `Test` of Kyverno's command line (`cli.kyverno.io/v1alpha1`). */
export const testSchema = test;

/** What a test says. */
export interface TestFile extends Infer<typeof test> {}

const clusterResource = object({
  apiVersion: string({ minLength: 1 }),
  kind: string({ minLength: 1 }),
  metadata: optional(anyJson()),
  spec: optional(object({ crds: texts, resources: optional(array(anyJson())) })),
});

/** A `ClusterResource` of Kyverno's command line: the objects of a cluster that is none. */
export const clusterResourceSchema = clusterResource;
