import { connectExisting } from "./connect-existing.ts";
import { startEmbeddedPlane } from "./start-embedded-plane.ts";
import type { TestCluster } from "./test-cluster.ts";

/** The cluster that `REARGUARD_TEST_KUBECONFIG` names and that the suite shares, else an embedded API server. */
export const connectSuiteCluster = (): Promise<TestCluster> =>
  (process.env["REARGUARD_TEST_KUBECONFIG"] ?? "") === "" ? startEmbeddedPlane() : connectExisting();
