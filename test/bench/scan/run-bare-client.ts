import { spawn } from "node:child_process";
import { once } from "node:events";
import { createWriteStream } from "node:fs";
import { finished } from "node:stream/promises";
import { join } from "node:path";
import type { KubeObject } from "#api/meta/object-meta.ts";
import { resourcePath } from "#kube/client/request-path.ts";
import { fileIn } from "../cluster/bench-cluster.ts";
import type { BenchCluster } from "../cluster/bench-cluster.ts";
import { forEachConcurrently } from "../cluster/for-each-concurrently.ts";
import { listAll } from "../cluster/list-all.ts";
import { policyReportType } from "../cluster/resource-types.ts";
import { namespaceCount, namespaceName } from "../pods/build-pod.ts";

/** As many as the operator writes at once by default (`reportWriteConcurrency`). */
const connections = 8;

/** The object as its writer sent it: without what the API server adds. */
const bodyOf = (object: KubeObject): object => {
  const {
    uid: _uid,
    resourceVersion: _resourceVersion,
    creationTimestamp: _created,
    generation: _generation,
    managedFields: _managedFields,
    ...metadata
  } = object.metadata as Readonly<Record<string, unknown>>;
  return { ...object, metadata };
};

const saveReports = async ({ client }: BenchCluster, file: string): Promise<number> => {
  const output = createWriteStream(file);
  let count = 0;
  for await (const report of listAll(client, policyReportType)) {
    const { namespace } = report.metadata;
    const path = resourcePath(policyReportType, { namespace: String(namespace) });
    if (!output.write(`${path}\t${JSON.stringify(bodyOf(report))}\n`)) await once(output, "drain");
    count += 1;
  }
  output.end();
  await finished(output);
  return count;
};

const deleteReports = async (cluster: BenchCluster): Promise<void> => {
  const namespaces = Array.from({ length: namespaceCount }, (_, index) => namespaceName(index));
  await forEachConcurrently(namespaces, 4, (name) => cluster.deleteCollection(policyReportType, name));
};

/**
 * Replaces all reports by equal ones that a bare client in a process of its own creates, as many at a time as the
 * operator, which must not run. Resolves to the seconds that it needed.
 */
export const runBareClient = async (cluster: BenchCluster): Promise<number> => {
  const file = fileIn(cluster, "report-bodies.txt");
  const count = await saveReports(cluster, file);
  await deleteReports(cluster);
  const child = spawn(
    process.execPath,
    [
      join(import.meta.dirname, "bare-client.ts"),
      `--server=${cluster.serverUrl}`,
      `--ca=${cluster.caFile}`,
      `--bodies=${file}`,
      `--connections=${connections}`,
    ],
    { stdio: ["ignore", "pipe", "inherit"], env: { ...process.env, BENCH_TOKEN: cluster.adminToken } },
  );
  let output = "";
  child.stdout.on("data", (chunk: Buffer) => (output += chunk.toString("utf8")));
  const [code] = (await once(child, "close")) as [number | null];
  if (code !== 0) throw new Error("the bare client failed");
  const { created, seconds } = JSON.parse(output) as { created: number; seconds: number };
  if (created !== count) throw new Error(`the bare client created ${created} reports of ${count}`);
  return seconds;
};
