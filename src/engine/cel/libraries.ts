import { encodersLibrary } from "./functions/encoders.ts";
import type { Library } from "./functions/function-spec.ts";
import { formatLibrary } from "./functions/kubernetes/formats.ts";
import { listValuesLibrary } from "./functions/kubernetes/list-values.ts";
import { cidrLibrary, ipLibrary } from "./functions/kubernetes/network.ts";
import { quantityLibrary } from "./functions/kubernetes/quantities.ts";
import { semverLibrary } from "./functions/kubernetes/semvers.ts";
import { urlLibrary } from "./functions/kubernetes/urls.ts";
import { kyvernoLibrary } from "./functions/kyverno/kyverno.ts";
import { listsLibrary } from "./functions/lists.ts";
import { mathLibrary } from "./functions/math.ts";
import { optionalLibrary } from "./functions/optionals.ts";
import { findLibrary, regexLibrary } from "./functions/regex.ts";
import { setsLibrary } from "./functions/sets.ts";
import { standardLibrary } from "./functions/standard.ts";
import { stringsLibrary } from "./functions/strings.ts";

/** The language with cel-go's extensions, without anything of Kubernetes or Kyverno. */
export const languageLibraries: readonly Library[] = [
  standardLibrary,
  optionalLibrary,
  stringsLibrary,
  mathLibrary,
  listsLibrary,
  setsLibrary,
  encodersLibrary,
  regexLibrary,
];

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

/** What Kyverno adds for policies of its CEL family, as far as it needs nothing from outside. */
export const kyvernoLibraries: readonly Library[] = [kyvernoLibrary];
