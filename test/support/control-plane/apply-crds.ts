import { fileURLToPath } from "node:url";
import type { TestCluster } from "./test-cluster.ts";

const crdFolder = fileURLToPath(new URL("../../../crds", import.meta.url));
const servingDeadlineMs = 60_000;

/** Installs `crds/` and resolves when every kind of it is served. */
export async function applyCrds({ kubectl }: Pick<TestCluster, "kubectl">): Promise<void> {
  const applied = await kubectl(["apply", "--server-side", "-f", crdFolder]);
  if (applied.code !== 0) throw new Error(`kubectl apply --server-side -f crds/ failed:\n${applied.stderr}`);
  const deadlineMs = performance.now() + servingDeadlineMs;
  for (;;) {
    const waited = await kubectl(["wait", "--for=condition=Established", "crd", "--all", "--timeout=60s"]);
    if (waited.code === 0) return;
    // kubectl gives up at once on a CRD that has no conditions yet.
    if (performance.now() > deadlineMs) throw new Error(`not every CRD was established:\n${waited.stderr}`);
  }
}
