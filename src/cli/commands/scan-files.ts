import type { DocumentFiles } from "../documents/read-documents.ts";
import { isException } from "../exceptions/read-exceptions.ts";
import { judgeByPolicies } from "../judge.ts";
import { concernedPolicies } from "../policies/concerned-policies.ts";
import type { LoadedPolicies } from "../policies/load-policies.ts";
import { celCluster } from "../resources/cel-cluster.ts";
import { offlineCluster } from "../resources/offline-cluster.ts";
import { offlineTargets } from "../resources/offline-targets.ts";
import { readCrds } from "../resources/read-crds.ts";
import { readPayloads } from "../resources/read-payloads.ts";
import { readResources } from "../resources/read-resources.ts";
import type { ReadResource } from "../resources/read-resources.ts";
import { objectsReadBy } from "../resources/wanted-objects.ts";
import type { WantedObjects } from "../resources/wanted-objects.ts";
import { nothingDescribed, readContextFile } from "../values/context-file.ts";
import { readInputs, readObjects } from "./scan-inputs.ts";
import type { ScanOptions } from "./scan-options.ts";
import type { ScanWorld } from "./scan-world.ts";

/** What opening needs beside the options. */
export interface OpenFilesOptions {
  readonly loaded: LoadedPolicies;
  readonly files: DocumentFiles;
  readonly nowMs: number;
  readonly note: (message: string) => void;
}

/**
 * The objects of files. They are judged as they are read and not kept. Where policies read other objects, the files are
 * read twice, and the objects that may be read are kept; standard input, which comes only once, is then kept whole.
 */
export async function openFileWorld(
  options: ScanOptions,
  { loaded, files, nowMs, note }: OpenFilesOptions,
): Promise<ScanWorld> {
  const kinds = await readCrds(options.crds, files);
  const scopeOf = kinds.isClusterScoped;
  const wanted = objectsReadBy(loaded.policies);
  const isTwice = !wanted.none || options.exceptionsWithinResources;
  const isWhole = wanted.all || (isTwice && options.resources.includes("-"));
  const read = isTwice
    ? await keepObjects(
        readResources(options.resources, files, { scopeOf }),
        isWhole ? () => true : keeping(wanted),
      )
    : [];
  const others = [
    ...(await readObjects(options.targets, files, { scopeOf, note })),
    ...(await readObjects(options.parameters, files, { scopeOf, note })),
  ];
  const described =
    options.contextFile === undefined ? nothingDescribed : await readContextFile(options.contextFile, files);
  const kept = read.flatMap((one) => (one.kind === "resource" ? [one] : []));
  const among = options.exceptionsWithinResources ? kept.map(({ source }) => source) : [];
  const cluster = [...kept.map(({ resource }) => resource), ...others];
  const context = offlineCluster(cluster, { nowMs });
  const payloads = await readPayloads(
    options.payloads.map((path) => ({ name: path, path })),
    files,
  );
  const inputs = await readInputs(options, loaded, among, files);
  return {
    judgement: {
      ...inputs,
      policies: [],
      context,
      celContext: celCluster(described, context),
      targets: offlineTargets(cluster),
      kinds,
      nowMs,
    },
    async each(policies, handle) {
      const objects = isWhole ? read : readResources(options.resources, files, { scopeOf, note });
      const concerned = concernedPolicies(policies);
      for await (const one of objects) {
        if (one.kind === "problem") await handle(one);
        else {
          const { gvk } = one.resource;
          // An object of a declared subresource is judged as its parent.
          const isItself = inputs.values.subresourceOf(gvk) === undefined;
          await handle({ ...one, policies: isItself ? concerned(gvk) : policies });
        }
      }
      for (const resource of payloads) {
        await handle({ kind: "resource", resource, source: undefined, policies });
      }
    },
    judge: (judgement, resource) => Promise.resolve(judgeByPolicies(judgement, resource)),
    close: () => Promise.resolve(),
  };
}

function keeping(wanted: WantedObjects): (read: ReadResource) => boolean {
  return (read) =>
    read.kind === "resource" && (isException(read.source.content) || wanted.isWanted(read.resource.gvk.kind));
}

async function keepObjects(
  objects: AsyncIterable<ReadResource>,
  isKept: (read: ReadResource) => boolean,
): Promise<readonly ReadResource[]> {
  const kept: ReadResource[] = [];
  for await (const read of objects) if (isKept(read)) kept.push(read);
  return kept;
}
