import { celEnvironment } from "../compile/environment.ts";
import type { CelEnvironment, EnvironmentOptions } from "../compile/environment.ts";
import type { Library } from "../functions/function-spec.ts";
import { authorizationLibrary } from "../functions/kubernetes/authorization.ts";
import { certificatesLibrary } from "../functions/kyverno/certificates.ts";
import { imageVerificationLibrary } from "../functions/kyverno/image-data.ts";
import { imageLibrary } from "../functions/kyverno/images.ts";
import { jsonPatchLibrary } from "../functions/kyverno/json-patch.ts";
import { orValueLibrary } from "../functions/kyverno/or-value.ts";
import { serviceAccountStruct, userLibrary } from "../functions/kyverno/service-accounts.ts";
import { generatorLibrary, kyvernoLibraries, policyLibraries, resourceLibrary } from "../libraries.ts";
import { dynType, listOf, mapOf, namedType, stringType } from "../types/cel-type.ts";
import {
  admissionStructs,
  kyvernoRequestStruct,
  namespaceType,
  requestStruct,
  requestType,
  structType,
} from "./admission-types.ts";
import { jsonPatchMessage, objectMessage } from "./patch-messages.ts";
import { withVariables } from "./policy-variables.ts";

/** What an expression stands in. Those after `ImageReference` are the API server's own, and what classic rules have of them. */
export const celKinds = [
  "ValidatingPolicy",
  "ImageValidatingPolicy",
  "MutatingPolicy",
  "GeneratingPolicy",
  "DeletingPolicy",
  /** An expression of `matchImageReferences`, which sees `ref` and the image library. */
  "ImageReference",
  "ValidatingAdmissionPolicy",
  "MutatingAdmissionPolicy",
  /** `validate.cel` of a classic rule. */
  "ClusterPolicy",
  /** `webhookConfiguration.matchConditions`. */
  "MatchConditions",
] as const;

export type CelKind = (typeof celKinds)[number];

const exceptions = structType("libs.Exception", {
  allowedImages: listOf(stringType),
  allowedValues: listOf(stringType),
});

const objects = { object: dynType, oldObject: dynType, request: requestType, namespaceObject: namespaceType };

/** What Kyverno's kinds have in common. */
function kyvernoOptions(isNamespaced: boolean, ...more: readonly Library[]): EnvironmentOptions {
  return {
    variables: { ...objects, exceptions: namedType(exceptions.name) },
    structs: [...admissionStructs, kyvernoRequestStruct, serviceAccountStruct, exceptions],
    libraries: [
      ...policyLibraries,
      orValueLibrary,
      ...kyvernoLibraries,
      resourceLibrary(isNamespaced),
      ...more,
    ],
  };
}

/** What the API server's own policies have in common. Kyverno judges them with its own `orValue`. */
function apiServerOptions(): EnvironmentOptions {
  return {
    variables: {
      ...objects,
      params: dynType,
      authorizer: namedType("kubernetes.authorization.Authorizer"),
      "authorizer.requestResource": namedType("kubernetes.authorization.ResourceCheck"),
    },
    structs: [...admissionStructs, requestStruct],
    libraries: [...policyLibraries, authorizationLibrary, orValueLibrary],
  };
}

/** The rules of environments that are made like the API server's. */
const strict = { mixesLiterals: false, checksLiterals: true, hasTwoVariableMacros: true };
/** The rules of the others: no validators, no macros with two variables. */
const plain = { mixesLiterals: false, checksLiterals: false, hasTwoVariableMacros: false };

function optionsOf(kind: CelKind, isNamespaced: boolean): EnvironmentOptions {
  switch (kind) {
    case "ValidatingPolicy":
      return {
        ...kyvernoOptions(isNamespaced, userLibrary, certificatesLibrary, authorizationLibrary),
        ...strict,
      };
    case "ImageValidatingPolicy":
      return { ...imageOptions(isNamespaced), ...strict };
    case "MutatingPolicy":
      return {
        ...kyvernoOptions(
          isNamespaced,
          userLibrary,
          certificatesLibrary,
          jsonPatchLibrary,
          authorizationLibrary,
        ),
        messages: [objectMessage, jsonPatchMessage],
        ...strict,
      };
    case "GeneratingPolicy":
      return {
        ...kyvernoOptions(isNamespaced, certificatesLibrary, generatorLibrary(isNamespaced)),
        ...plain,
        mixesLiterals: true,
      };
    case "DeletingPolicy":
      return { ...kyvernoOptions(isNamespaced, certificatesLibrary), messages: [objectMessage], ...plain };
    case "ImageReference":
      return { variables: { ref: stringType }, libraries: [...policyLibraries, imageLibrary], ...plain };
    case "ValidatingAdmissionPolicy":
    case "ClusterPolicy":
    case "MatchConditions":
      return { ...apiServerOptions(), ...strict };
    case "MutatingAdmissionPolicy": {
      const options = apiServerOptions();
      return {
        ...options,
        libraries: [...options.libraries, jsonPatchLibrary],
        messages: [objectMessage, jsonPatchMessage],
        ...strict,
      };
    }
    default:
      return kind satisfies never;
  }
}

function imageOptions(isNamespaced: boolean): EnvironmentOptions {
  const options = kyvernoOptions(isNamespaced, userLibrary, authorizationLibrary, imageVerificationLibrary);
  return {
    ...options,
    variables: {
      ...objects,
      images: mapOf(stringType, listOf(stringType)),
      attestors: mapOf(stringType, dynType),
      attestations: mapOf(stringType, stringType),
    },
    // The one kind without Kyverno's `orValue`.
    libraries: options.libraries.filter((library) => library !== orValueLibrary),
  };
}

/** The libraries of a kind. */
export function kindLibraries(kind: CelKind, isNamespaced: boolean): readonly Library[] {
  return optionsOf(kind, isNamespaced).libraries;
}

const known = new Map<string, CelEnvironment>();

/**
 * The environment of a kind: variables with their types, functions, messages, and rules of literals and macros, as Kyverno
 * and the API server declare them. Namespaced kinds have the name of their cluster kind; `isNamespaced` tells them apart.
 * Environments are made once. `variables` is declared without fields where the kind has variables: `compileVariables`
 * gives the environment that knows them.
 */
export function kindEnvironment(kind: CelKind, isNamespaced = false): CelEnvironment {
  const key = `${kind} ${isNamespaced}`;
  const found = known.get(key);
  if (found !== undefined) return found;
  const made = celEnvironment(optionsOf(kind, isNamespaced));
  const environment = kind === "ImageReference" || kind === "MatchConditions" ? made : withVariables(made);
  known.set(key, environment);
  return environment;
}
