import { parseArgs } from "node:util";
import { ensureAssets } from "./ensure-assets.ts";

const usage = `Builds the programs of a Kubernetes control plane for the tests and prints the folder that holds them.

  node test/cluster/build.ts [--kubernetes VERSION]

VERSION is 1.37.2, or 1.35 for the newest 1.35; without it the version in test/cluster/versions is built.
REARGUARD_CACHE names another folder than .cache; KUBEBUILDER_ASSETS names a folder with binaries to use instead.`;

const { values } = parseArgs({
  options: { kubernetes: { type: "string" }, help: { type: "boolean", short: "h" } },
});

if (values.help === true) {
  console.log(usage);
} else {
  try {
    const { folder } = await ensureAssets({ kubernetes: values.kubernetes });
    console.log(folder);
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  }
}
