import { celEnvironment } from "./compile/environment.ts";
import type { CelEnvironment } from "./compile/environment.ts";
import { kubernetesLibraries, languageLibraries } from "./libraries.ts";
import { dynType } from "./types/cel-type.ts";

/** What expressions of the API server's admission policies see: its libraries, and objects without a schema. */
export const policyEnvironment: CelEnvironment = celEnvironment({
  variables: {
    object: dynType,
    oldObject: dynType,
    request: dynType,
    params: dynType,
    namespaceObject: dynType,
    variables: dynType,
  },
  libraries: [...languageLibraries, ...kubernetesLibraries],
});
