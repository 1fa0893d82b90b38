import { celEnvironment } from "../cel/compile/environment.ts";
import type { CelEnvironment } from "../cel/compile/environment.ts";
import { kubernetesLibraries, kyvernoLibraries, languageLibraries } from "../cel/libraries.ts";
import { dynType } from "../cel/types/cel-type.ts";

/** What conditions of a DeletingPolicy and of its exceptions see; there is no request. */
export const deletingEnvironment: CelEnvironment = celEnvironment({
  variables: {
    object: dynType,
    oldObject: dynType,
    request: dynType,
    namespaceObject: dynType,
    variables: dynType,
  },
  libraries: [...languageLibraries, ...kubernetesLibraries, ...kyvernoLibraries],
});
