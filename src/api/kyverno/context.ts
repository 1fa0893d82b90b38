import { anyJson, array, boolean, enumOf, object, optional, string } from "../schema/build.ts";
import type { Infer } from "../schema/schema.ts";

const keyReference = object({ key: string(), name: string(), namespace: optional(string()) });

const valueSource = object({
  configMapKeyRef: optional(keyReference),
  secretKeyRef: optional(keyReference),
});

const header = object({
  key: string(),
  value: optional(string()),
  valueFrom: optional(valueSource),
});

const serviceCall = object({
  caBundle: optional(string({ description: "CA certificates in PEM that the server must chain to." })),
  caBundleFrom: optional(valueSource),
  headers: optional(array(header)),
  url: string(),
});

const requestData = object({ key: string(), value: anyJson() });

/** Fields of a call to the API server or to a service. */
export const apiCallProperties = {
  data: optional(array(requestData, { description: "Body of a POST." })),
  method: optional(enumOf(["GET", "POST"], { default: "GET" })),
  service: optional(serviceCall),
  urlPath: optional(string({ description: "Path on the Kubernetes API server." })),
};

const contextApiCall = object({
  ...apiCallProperties,
  default: optional(anyJson({ description: "Value when the call fails or gives nothing." })),
  jmesPath: optional(string()),
});

/** A call whose answer becomes a variable. */
export interface ContextApiCall extends Infer<typeof contextApiCall> {}

const imageRegistryCredentials = object({
  allowInsecureRegistry: optional(boolean()),
  providers: optional(array(enumOf(["default", "amazon", "azure", "google", "github"]))),
  secrets: optional(array(string())),
});

/** How to log in to a registry. */
export const imageRegistryCredentialsSchema = imageRegistryCredentials;

const imageRegistry = object({
  imageRegistryCredentials: optional(imageRegistryCredentials),
  jmesPath: optional(string()),
  reference: string(),
});

const configMapReference = object({ name: string(), namespace: optional(string()) });

const variable = object({
  default: optional(anyJson()),
  jmesPath: optional(string()),
  value: optional(anyJson()),
});

const globalReference = object({ jmesPath: optional(string()), name: string() });

const contextEntry = object(
  {
    apiCall: optional(contextApiCall),
    configMap: optional(configMapReference),
    globalReference: optional(globalReference),
    imageRegistry: optional(imageRegistry),
    name: string(),
    variable: optional(variable),
  },
  {
    constraint: {
      oneOf: [
        { required: ["configMap"] },
        { required: ["apiCall"] },
        { required: ["imageRegistry"] },
        { required: ["variable"] },
        { required: ["globalReference"] },
      ],
    },
  },
);

/** A named variable of a rule and where its value comes from: exactly one source. */
export interface ContextEntry extends Infer<typeof contextEntry> {}

/** The `context` of a rule, a foreach or a cleanup policy. */
export const contextSchema = array(contextEntry);
