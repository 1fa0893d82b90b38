import type { LabelSelector } from "../schema/metadata.ts";
import type { ImageRequest } from "./image-request.ts";

/** A value that is kept in a Secret or a ConfigMap. */
export interface ValueReference {
  readonly kind: "Secret" | "ConfigMap";
  /** Absent: that of the process. */
  readonly namespace?: string;
  readonly name: string;
  readonly key: string;
}

/** Something from outside that a policy asks for. */
export type BrokerRequest =
  | { readonly kind: "configMap"; readonly namespace: string; readonly name: string }
  | {
      readonly kind: "apiCall";
      readonly method: "GET" | "POST";
      /** Path and query below the API server's address, as the policy has it: foreign text. */
      readonly urlPath: string;
      readonly body?: unknown;
    }
  | {
      readonly kind: "service";
      readonly method: "GET" | "POST";
      readonly url: string;
      readonly headers: Readonly<Record<string, string>>;
      /** Headers whose values are kept elsewhere. */
      readonly headersFrom?: readonly (readonly [header: string, from: ValueReference])[];
      /** Certificates (PEM) to trust besides none. */
      readonly caBundle?: string;
      /** Stands in for `caBundle`. */
      readonly caBundleFrom?: ValueReference;
      readonly body?: unknown;
      /** The data is `{ statusCode, body }` whatever the status; the body is null where it is no JSON. */
      readonly wholeResponse?: true;
    }
  | { readonly kind: "globalReference"; readonly entry: string; readonly projection?: string }
  | ImageRequest
  /** Parameters of an admission policy; the data are a list of objects. */
  | {
      readonly kind: "params";
      readonly apiVersion: string;
      readonly objectKind: string;
      readonly namespace: string;
      readonly name?: string;
      readonly selector?: LabelSelector;
    };

/** Whose authority a request runs under. */
export interface BrokerScope {
  readonly policyKind: string;
  /** Present for a namespaced policy, which reaches its own namespace and nothing else. */
  readonly policyNamespace?: string;
  readonly policyName: string;
  readonly rule?: string;
}

/** The data, as parsed JSON, or why they cannot be had. */
export type BrokerAnswer =
  | { readonly kind: "value"; readonly value: unknown }
  | {
      readonly kind: "failed";
      readonly message: string;
      /** The HTTP status of a refusal by the API server, where there was one. */
      readonly status?: number;
      /** The same question may have another answer soon, without any change of what is asked for: an outage, rights. */
      readonly mayPass: boolean;
    };
