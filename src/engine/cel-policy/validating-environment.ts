import { celEnvironment } from "../cel/compile/environment.ts";
import type { CelEnvironment } from "../cel/compile/environment.ts";
import { kubernetesLibraries, kyvernoLibraries, languageLibraries } from "../cel/libraries.ts";
import { dynType } from "../cel/types/cel-type.ts";

const libraries = [...languageLibraries, ...kubernetesLibraries, ...kyvernoLibraries];
const names = { object: dynType, oldObject: dynType, request: dynType, namespaceObject: dynType };

/** What validations, messages and audit annotations of a ValidatingPolicy see. */
export const validatingEnvironment: CelEnvironment = celEnvironment({
  variables: { ...names, exceptions: dynType, variables: dynType },
  libraries,
});

/** What match conditions see, of policies and of exceptions: the policy's variables are not there yet. */
export const conditionsEnvironment: CelEnvironment = celEnvironment({ variables: names, libraries });
