import { startControlPlane } from "./start-control-plane.ts";
import type { ControlPlaneOptions } from "./start-control-plane.ts";
import { startEmbeddedPlane } from "./start-embedded-plane.ts";
import type { ControlPlane } from "./test-cluster.ts";

/**
 * A control plane for one suite alone: processes where `REARGUARD_TEST_ASSETS` names their binaries (as
 * `npm run test:cluster` does), else the embedded API server.
 */
export const startTestPlane = (options: ControlPlaneOptions = {}): Promise<ControlPlane> =>
  (process.env["REARGUARD_TEST_ASSETS"] ?? "") === ""
    ? startEmbeddedPlane(options)
    : startControlPlane(options);
