import { celEnvironment } from "../cel/compile/environment.ts";
import type { CelEnvironment } from "../cel/compile/environment.ts";
import { kubernetesLibraries, kyvernoLibraries, languageLibraries } from "../cel/libraries.ts";
import { dynType } from "../cel/types/cel-type.ts";
import { jsonPatchMessages, objectMessages } from "./mutation-messages.ts";

/** What expressions of a MutatingPolicy see; its variables also in match conditions. */
export const mutatingEnvironment: CelEnvironment = celEnvironment({
  variables: {
    object: dynType,
    oldObject: dynType,
    request: dynType,
    namespaceObject: dynType,
    exceptions: dynType,
    variables: dynType,
  },
  libraries: [...languageLibraries, ...kubernetesLibraries, ...kyvernoLibraries],
  messages: [objectMessages, jsonPatchMessages],
});
