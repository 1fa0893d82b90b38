import type { ContextAnswer, ContextRequest } from "../context/context-source.ts";
import { celEnvironment } from "./compile/environment.ts";
import type { CelEnvironment } from "./compile/environment.ts";
import type { Activation } from "./compile/frame.ts";
import { serviceAccountStruct } from "./functions/kyverno/service-accounts.ts";
import { backgroundAuthorizer } from "./functions/kubernetes/authorization.ts";
import type { Library } from "./functions/function-spec.ts";
import { kubernetesLibraries, kyvernoLibraries, languageLibraries } from "./libraries.ts";
import { namedType } from "./types/cel-type.ts";
import { CelError } from "./values/cel-error.ts";

const shared: readonly Library[] = [...languageLibraries, ...kubernetesLibraries, ...kyvernoLibraries];

/** The environment that the examples of a library are written for. */
export function exampleEnvironment(library: Library): CelEnvironment {
  return celEnvironment({
    variables: { authorizer: namedType("kubernetes.authorization.Authorizer") },
    structs: [serviceAccountStruct],
    libraries: shared.includes(library) ? shared : [...shared, library],
  });
}

const settings = { metadata: { name: "settings", namespace: "shop" }, data: { mode: "strict" } };
const value = (data: ContextAnswer & { readonly kind: "value" }): ContextAnswer => data;
const failed = (message: string, status?: number): ContextAnswer => ({
  kind: "failed",
  message,
  ...(status === undefined ? {} : { status }),
});

const paths: Readonly<Record<string, ContextAnswer>> = {
  "/api/v1": value({ kind: "value", value: { resources: [{ kind: "ConfigMap", name: "configmaps" }] } }),
  "/api/v1/namespaces/shop/configmaps": value({ kind: "value", value: { items: [settings] } }),
  "/api/v1/namespaces/shop/configmaps/settings": value({ kind: "value", value: settings }),
  "/api/v1/configmaps?labelSelector=app%3Dweb": value({ kind: "value", value: { items: [] } }),
  "/api/v1/namespaces/shop/secrets/key": failed("secrets is forbidden", 403),
};

const entries: Readonly<Record<string, ContextAnswer>> = {
  teams: value({ kind: "value", value: { shop: "ada" } }),
  broken: failed("it cannot be read"),
};

function answer(request: ContextRequest): ContextAnswer {
  switch (request.kind) {
    case "apiCall":
      if (request.method === "POST") {
        return request.urlPath.endsWith("/subjectaccessreviews")
          ? { kind: "value", value: { status: { allowed: true } } }
          : failed("no");
      }
      return paths[request.urlPath] ?? failed(`there are no ${request.urlPath.split("/").at(-1)}`, 404);
    case "globalReference":
      if (request.projection !== undefined) return { kind: "value", value: ["shop"] };
      return entries[request.entry] ?? { kind: "unavailable" };
    case "service":
      if (request.url.endsWith("/list")) return { kind: "value", value: { statusCode: 200, body: ["a"] } };
      if (!request.url.startsWith("https://shop.example/")) return failed("not allowed");
      return { kind: "value", value: { statusCode: 200, body: { name: "ada" } } };
    case "imageRegistry":
      return request.reference.endsWith("nothing")
        ? failed("there is no such image")
        : { kind: "value", value: { config: { config: { User: "1000" } } } };
    default:
      return { kind: "unavailable" };
  }
}

/** The world that the examples of a library are evaluated in: a small cluster, a service, a registry. */
export function exampleActivation(library: Library): Activation {
  const isNamespaced = library.name.endsWith("of a namespace");
  return {
    get: (name) => (name === "authorizer" ? backgroundAuthorizer : undefined),
    outside: {
      source: { lookUp: answer },
      scope: {
        policyKind: "ValidatingPolicy",
        policyName: "examples",
        ...(isNamespaced ? { policyNamespace: "shop" } : {}),
      },
    },
    generate: () => undefined,
    images: {
      verifySignatures(image, attestors) {
        if (image.includes("away")) {
          throw new CelError(`failed to verify image ${image}: the registry does not answer`);
        }
        return attestors.filter((attestor) => attestor === "keys").length;
      },
      verifyAttestations(_image, attestation, attestors) {
        if (attestation !== "sbom") throw new CelError(`attestation not found in policy: ${attestation}`);
        return attestors.length;
      },
      payload(image, attestation) {
        if (image.endsWith("web:1")) return { name: "web" };
        throw new CelError(`failed to get payload: no attestation ${attestation} of ${image} was verified`);
      },
    },
  };
}
