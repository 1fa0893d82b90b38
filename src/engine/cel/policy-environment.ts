import { extendEnvironment } from "./compile/environment.ts";
import type { CelEnvironment } from "./compile/environment.ts";
import { kindEnvironment } from "./environments/kind-environment.ts";
import { dynType } from "./types/cel-type.ts";

/** What `validate.cel` of classic rules sees: `variables` of any type. `compileVariables` gives them types. */
export const policyEnvironment: CelEnvironment = extendEnvironment(kindEnvironment("ClusterPolicy"), {
  variables: dynType,
});
