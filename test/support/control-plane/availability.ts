import { hasKubectl } from "./kubectl.ts";

const isSet = (variable: string): boolean => (process.env[variable] ?? "") !== "";

/** Why tests of a control plane's own processes cannot run here, or false: made for the `skip` option of a test. */
export const controlPlaneSkipReason = (): string | false =>
  isSet("REARGUARD_TEST_ASSETS")
    ? false
    : "needs control plane binaries (REARGUARD_TEST_ASSETS is not set): run through `npm run test:cluster`";

/** Why tests that run kubectl cannot run here, or false. */
export const kubectlSkipReason = (): string | false =>
  hasKubectl() ? false : "needs kubectl: there is none in PATH";
