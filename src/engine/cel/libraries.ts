import { encodersLibrary } from "./functions/encoders.ts";
import type { Library } from "./functions/function-spec.ts";
import { gzipLibrary } from "./functions/gzip/gzip.ts";
import { authorizationLibrary } from "./functions/kubernetes/authorization.ts";
import { dialectLibrary } from "./functions/kubernetes/plain-format.ts";
import { formatLibrary } from "./functions/kubernetes/formats.ts";
import { listValuesLibrary } from "./functions/kubernetes/list-values.ts";
import { cidrLibrary, ipLibrary } from "./functions/kubernetes/network.ts";
import { quantityLibrary } from "./functions/kubernetes/quantities.ts";
import { semverLibrary } from "./functions/kubernetes/semvers.ts";
import { urlLibrary } from "./functions/kubernetes/urls.ts";
import { certificatesLibrary } from "./functions/kyverno/certificates.ts";
import { documentsLibrary } from "./functions/kyverno/documents.ts";
import { clusterGeneratorLibrary, namespacedGeneratorLibrary } from "./functions/kyverno/generator.ts";
import { globalContextLibrary } from "./functions/kyverno/global-context.ts";
import { hashLibrary } from "./functions/kyverno/hash.ts";
import { httpLibrary } from "./functions/kyverno/http.ts";
import { imageDataLibrary, imageVerificationLibrary } from "./functions/kyverno/image-data.ts";
import { imageLibrary } from "./functions/kyverno/images.ts";
import { jsonPatchLibrary } from "./functions/kyverno/json-patch.ts";
import { orValueLibrary } from "./functions/kyverno/or-value.ts";
import { randomLibrary } from "./functions/kyverno/random.ts";
import { clusterResourceLibrary, namespacedResourceLibrary } from "./functions/kyverno/resources.ts";
import { roundingLibrary } from "./functions/kyverno/rounding.ts";
import { userLibrary } from "./functions/kyverno/service-accounts.ts";
import { timeLibrary } from "./functions/kyverno/times.ts";
import { transformLibrary } from "./functions/kyverno/transform.ts";
import { listsLibrary } from "./functions/lists.ts";
import { mathLibrary } from "./functions/math.ts";
import { optionalLibrary } from "./functions/optionals.ts";
import { findLibrary, regexLibrary } from "./functions/regex.ts";
import { setsLibrary } from "./functions/sets.ts";
import { standardLibrary } from "./functions/standard.ts";
import { latestStringsLibrary, stringsLibrary } from "./functions/strings.ts";

const extensions: readonly Library[] = [
  standardLibrary,
  optionalLibrary,
  stringsLibrary,
  mathLibrary,
  listsLibrary,
  setsLibrary,
  encodersLibrary,
  regexLibrary,
];

/** The language with cel-go's extensions in their newest versions, without anything of Kubernetes or Kyverno. */
export const languageLibraries: readonly Library[] = [...extensions, latestStringsLibrary];

/** What Kubernetes adds. */
export const kubernetesLibraries: readonly Library[] = [
  findLibrary,
  listValuesLibrary,
  quantityLibrary,
  ipLibrary,
  cidrLibrary,
  urlLibrary,
  semverLibrary,
  formatLibrary,
];

/** What policies have of the language: cel-go as Kubernetes pins it, which differs from cel-spec in two functions. */
export const policyLibraries: readonly Library[] = [...extensions, ...kubernetesLibraries, dialectLibrary];

/** What all kinds of Kyverno's CEL family have. */
export const kyvernoLibraries: readonly Library[] = [
  globalContextLibrary,
  hashLibrary,
  roundingLibrary,
  documentsLibrary,
  randomLibrary,
  timeLibrary,
  transformLibrary,
  gzipLibrary,
  httpLibrary,
  imageLibrary,
  imageDataLibrary,
];

/** `resource`: policies of a namespace name no namespace. */
export function resourceLibrary(isNamespaced: boolean): Library {
  return isNamespaced ? namespacedResourceLibrary : clusterResourceLibrary;
}

/** `generator`: the same. */
export function generatorLibrary(isNamespaced: boolean): Library {
  return isNamespaced ? namespacedGeneratorLibrary : clusterGeneratorLibrary;
}

/** Every library that some environment has: the function table as a whole. */
export const allLibraries: readonly Library[] = [
  ...languageLibraries,
  ...kubernetesLibraries,
  dialectLibrary,
  authorizationLibrary,
  jsonPatchLibrary,
  orValueLibrary,
  ...kyvernoLibraries,
  certificatesLibrary,
  userLibrary,
  clusterResourceLibrary,
  namespacedResourceLibrary,
  clusterGeneratorLibrary,
  namespacedGeneratorLibrary,
  imageVerificationLibrary,
];
