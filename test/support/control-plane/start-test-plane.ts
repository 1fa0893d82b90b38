import { startControlPlane } from "./start-control-plane.ts";
import type { ControlPlaneOptions } from "./start-control-plane.ts";
import { startEmbeddedPlane } from "./start-embedded-plane.ts";
import type { ControlPlane } from "./test-cluster.ts";

/** Whether suites run on the embedded API server: true unless `REARGUARD_TEST_ASSETS` names binaries. */
export const isEmbeddedPlane = (): boolean => (process.env["REARGUARD_TEST_ASSETS"] ?? "") === "";

/**
 * A control plane for one suite alone: processes where `REARGUARD_TEST_ASSETS` names their binaries (as
 * `npm run test:cluster` does), else the embedded API server.
 */
export const startTestPlane = (options: ControlPlaneOptions = {}): Promise<ControlPlane> =>
  isEmbeddedPlane() ? startEmbeddedPlane(options) : startControlPlane(options);
