const isSet = (variable: string): boolean => (process.env[variable] ?? "") !== "";

/** Why tests that need any cluster cannot run here, or false: made for the `skip` option of a test. */
export const clusterSkipReason = (): string | false =>
  isSet("REARGUARD_TEST_KUBECONFIG")
    ? false
    : "needs a cluster (REARGUARD_TEST_KUBECONFIG is not set): run through `npm run test:cluster`";

/** Why tests that start a control plane of their own cannot run here, or false. */
export const controlPlaneSkipReason = (): string | false =>
  isSet("REARGUARD_TEST_ASSETS")
    ? false
    : "needs control plane binaries (REARGUARD_TEST_ASSETS is not set): run through `npm run test:cluster`";
