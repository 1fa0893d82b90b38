import { dirname, isAbsolute, join, normalize } from "node:path";

import { isRecord } from "#api/schema/path.ts";
import { compileCelExceptions } from "#engine/cel-policy/cel-exception-index.ts";
import { compileExceptions } from "#engine/exceptions/exception-index.ts";
import type { RequestUser } from "#engine/input.ts";

import type { DocumentFiles } from "../documents/read-documents.ts";
import { readExceptions } from "../exceptions/read-exceptions.ts";
import type { ReadExceptions } from "../exceptions/read-exceptions.ts";
import type { Judgement } from "../judge.ts";
import { loadPolicies } from "../policies/load-policies.ts";
import type { LoadedPolicies } from "../policies/load-policies.ts";
import { celCluster } from "../resources/cel-cluster.ts";
import { offlineCluster } from "../resources/offline-cluster.ts";
import { offlineTargets } from "../resources/offline-targets.ts";
import { readCrds } from "../resources/read-crds.ts";
import type { KnownKinds } from "../resources/read-crds.ts";
import { readPayloads } from "../resources/read-payloads.ts";
import { readResources } from "../resources/read-resources.ts";
import { decodeResource } from "../resources/scan-resource.ts";
import type { ScanResource } from "../resources/scan-resource.ts";
import { UsageError } from "../usage-error.ts";
import { nothingDescribed, readContextFile } from "../values/context-file.ts";
import type { DescribedContext } from "../values/context-file.ts";
import { readSettingsFile, readUserInfo, readValuesFile } from "../values/read-settings-file.ts";
import { compileValues } from "../values/scan-values.ts";
import type { ValuesFile } from "../values/values-file.ts";
import { mockCalls } from "./mocked-calls.ts";
import { mockGlobalEntries } from "./mocked-global-entries.ts";
import { resourceKey } from "./resource-key.ts";
import { testContext } from "./test-context.ts";
import { clusterResourceSchema } from "./test-file.ts";
import type { TestFile } from "./test-file.ts";

/** All that a test needs, loaded. */
export interface TestWorld {
  readonly judgement: Judgement;
  readonly policies: LoadedPolicies;
  readonly resources: readonly ScanResource[];
  readonly warnings: readonly string[];
  readonly exceptions: ReadExceptions;
}

/** Where a test is and how it reaches its files. */
export interface TestPlace {
  /** The test's own file; the paths in it are relative to its folder. */
  readonly path: string;
  readonly files: DocumentFiles;
  readonly nowMs: number;
}

/** Loads policies, resources, values and the described cluster of a test. Throws a `UsageError` for what is wrong. */
export async function loadTestWorld(test: TestFile, place: TestPlace): Promise<TestWorld> {
  const { files, nowMs } = place;
  const paths = (list: readonly string[] | undefined): readonly string[] => resolveAll(list, place);
  const policies = await loadPolicies(paths(test.policies), files);
  const unreadable = policies.problems.find(({ kind }) => kind === "unreadable");
  if (unreadable !== undefined) throw new UsageError(unreadable.message);
  const { resources, duplicates } = uniqueResources(await readAll(paths(test.resources), files));
  const payloads = await readPayloads(
    payloadsOf(test).map((name) => ({ name: normalize(name), path: resolveBeside(place.path, name) })),
    files,
  );
  const described =
    test.clusterResources === undefined ? undefined : await readCluster(paths(test.clusterResources), place);
  const cluster = described?.objects;
  const targets = await readAll(paths(test.targetResources), files);
  const exceptions = await readExceptions(paths(test.exceptions), files);
  const context = testContext(
    test.apiCallResponses === undefined ? undefined : mockCalls(test.apiCallResponses),
    await mockGlobalEntries(test.globalContextEntries ?? [], dirname(place.path), files, nowMs),
    cluster === undefined ? undefined : offlineCluster(cluster, { servesConfigMaps: true, nowMs }),
    await readAll(paths(test.paramResources), files),
  );
  const judgement: Judgement = {
    exceptions: compileExceptions(exceptions.exceptions),
    celExceptions: compileCelExceptions(exceptions.celExceptions),
    sources: await readAll(
      paths((test.results ?? []).flatMap(({ cloneSourceResource = "" }) => cloneSourceResource || [])),
      files,
    ),
    targets: offlineTargets(uniqueResources([...targets, ...(cluster ?? [])]).resources),
    policies: policies.policies,
    values: compileValues(withNamespaces(await valuesOf(test, place), cluster ?? []), []),
    user: await userOf(test, place),
    context,
    celContext: celCluster(await describedContext(test, targets, cluster, place), context),
    ...(described === undefined ? {} : { kinds: described.kinds }),
    nowMs,
  };
  const judged = [...resources, ...payloads];
  return { judgement, policies, resources: judged, exceptions, warnings: duplicates };
}

function payloadsOf({ jsonPayloads = [], jsonPayload = "" }: TestFile): readonly string[] {
  return [...new Set(jsonPayload === "" ? jsonPayloads : [...jsonPayloads, jsonPayload])];
}

function resolveAll(list: readonly string[] = [], { path }: TestPlace): readonly string[] {
  const resolved = list.map((item) => resolveBeside(path, item));
  return [...new Set(resolved)];
}

function resolveBeside(testPath: string, item: string): string {
  if (/^https?:\/\//.test(item)) throw new UsageError(`${item}: URLs are not supported yet`);
  return isAbsolute(item) ? item : join(dirname(testPath), item);
}

async function readAll(paths: readonly string[], files: DocumentFiles): Promise<readonly ScanResource[]> {
  const found: ScanResource[] = [];
  for await (const read of readResources(paths, files)) {
    if (read.kind === "problem") throw new UsageError(read.message);
    found.push(read.resource);
  }
  return found;
}

/** Of objects with one name the first counts. */
function uniqueResources(all: readonly ScanResource[]): {
  readonly resources: readonly ScanResource[];
  readonly duplicates: readonly string[];
} {
  const resources = new Map<string, ScanResource>();
  const duplicates: string[] = [];
  for (const resource of all) {
    const key = resourceKey(resource);
    if (resources.has(key)) duplicates.push(`${key} is there more than once; the first counts`);
    else resources.set(key, resource);
  }
  return { resources: [...resources.values()], duplicates };
}

interface DescribedCluster {
  readonly objects: readonly ScanResource[];
  readonly kinds: KnownKinds;
}

/** The objects of a described cluster, and what the definitions beside them say of their kinds. */
async function readCluster(paths: readonly string[], { files }: TestPlace): Promise<DescribedCluster> {
  const described = await Promise.all(
    paths.map(async (path) => [path, await readSettingsFile(path, files, clusterResourceSchema)] as const),
  );
  const crds = described.flatMap(([path, { spec }]) =>
    (spec?.crds ?? []).map((crd) => resolveBeside(path, crd)),
  );
  const kinds = await readCrds([...new Set(crds)], files);
  const objects = described.flatMap(([path, { spec }]) =>
    (spec?.resources ?? []).map((content, index) => {
      const decoded = decodeResource(content, kinds.isClusterScoped);
      if (decoded.ok) return decoded.resource;
      throw new UsageError(`${path}: spec.resources[${index}]: ${decoded.message}`);
    }),
  );
  return { objects, kinds };
}

/** What CEL policies read: the described cluster, or else what a file describes for them. */
async function describedContext(
  { context = "" }: TestFile,
  targets: readonly ScanResource[],
  cluster: readonly ScanResource[] | undefined,
  { path, files }: TestPlace,
): Promise<DescribedContext> {
  if (cluster !== undefined) return { ...nothingDescribed, objects: [...targets, ...cluster] };
  const described =
    context === "" ? nothingDescribed : await readContextFile(resolveBeside(path, context), files);
  return { ...described, objects: [...targets, ...described.objects] };
}

async function valuesOf(test: TestFile, { path, files }: TestPlace): Promise<ValuesFile | undefined> {
  if (test.values !== undefined) return test.values;
  const { variables = "" } = test;
  return variables === "" ? undefined : await readValuesFile(resolveBeside(path, variables), files);
}

async function userOf(test: TestFile, { path, files }: TestPlace): Promise<RequestUser | undefined> {
  const { userinfo = "" } = test;
  return userinfo === "" ? undefined : await readUserInfo(resolveBeside(path, userinfo), files);
}

/** Namespaces of the described cluster give their labels where the values do not name them. */
function withNamespaces(
  values: ValuesFile | undefined,
  cluster: readonly ScanResource[],
): ValuesFile | undefined {
  const named = new Set([
    ...(values?.namespaceSelector ?? []).map(({ name }) => name),
    ...(values?.namespaces ?? []).map(nameOf),
  ]);
  const namespaces = cluster
    .filter(
      ({ apiVersion, gvk, name }) => apiVersion === "v1" && gvk.kind === "Namespace" && !named.has(name),
    )
    .map(({ object }) => object);
  if (namespaces.length === 0) return values;
  return { ...values, namespaces: [...(values?.namespaces ?? []), ...namespaces] };
}

function nameOf(namespace: unknown): unknown {
  const metadata = isRecord(namespace) ? namespace["metadata"] : undefined;
  return isRecord(metadata) ? metadata["name"] : undefined;
}
