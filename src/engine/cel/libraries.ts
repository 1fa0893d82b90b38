import { encodersLibrary } from "./functions/encoders.ts";
import type { Library } from "./functions/function-spec.ts";
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
export const kubernetesLibraries: readonly Library[] = [findLibrary];
