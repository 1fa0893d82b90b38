import { compileCelExceptions } from "#engine/cel-policy/cel-exception-index.ts";
import { compileExceptions } from "#engine/exceptions/exception-index.ts";

import type { DocumentFiles } from "../documents/read-documents.ts";
import type { SourceDocument } from "../documents/source-document.ts";
import { readExceptions } from "../exceptions/read-exceptions.ts";
import type { Judgement } from "../judge.ts";
import { loadPolicies } from "../policies/load-policies.ts";
import { offlineCluster } from "../resources/offline-cluster.ts";
import { offlineTargets } from "../resources/offline-targets.ts";
import { readResources } from "../resources/read-resources.ts";
import type { ScanResource } from "../resources/scan-resource.ts";
import { UsageError } from "../usage-error.ts";
import { readUserInfo, readValuesFile } from "../values/read-settings-file.ts";
import { compileValues, parseAssignments } from "../values/scan-values.ts";

/** Where everything is that an explanation needs; paths of files and folders. */
export interface FileSelection {
  readonly policies: readonly string[];
  readonly resources: readonly string[];
  readonly targets: readonly string[];
  readonly exceptions: readonly string[];
  readonly valuesFile: string | undefined;
  readonly assignments: readonly string[];
  readonly userInfoFile: string | undefined;
}

/** An object and what it was read from. */
export interface PlacedResource {
  readonly resource: ScanResource;
  readonly source: SourceDocument;
}

/** What objects of files are judged with. */
export interface FileWorld {
  readonly judgement: Judgement;
  readonly resources: readonly PlacedResource[];
  /** Files and policies that take no part, with the reason. */
  readonly problems: readonly string[];
}

/** Reads all files. Throws a `UsageError` for what leaves nothing to explain. */
export async function loadFileWorld(
  selection: FileSelection,
  files: DocumentFiles,
  nowMs: number,
): Promise<FileWorld> {
  checkSelection(selection);
  const loaded = await loadPolicies(selection.policies, files);
  const given = await readAll(selection.resources, files);
  const targets = await readAll(selection.targets, files);
  const problems = [...loaded.problems.map(({ message }) => message), ...given.problems, ...targets.problems];
  if (loaded.policies.length === 0) throw new UsageError([...problems, "no policy found"].join("\n"));
  const cluster = [...given.resources, ...targets.resources].map(({ resource }) => resource);
  const { exceptions, celExceptions } = await readExceptions(selection.exceptions, files);
  const { valuesFile, userInfoFile, assignments } = selection;
  return {
    resources: given.resources,
    problems,
    judgement: {
      policies: loaded.policies,
      exceptions: compileExceptions(exceptions),
      celExceptions: compileCelExceptions(celExceptions),
      values: compileValues(
        valuesFile === undefined ? undefined : await readValuesFile(valuesFile, files),
        parseAssignments(assignments),
      ),
      user: userInfoFile === undefined ? undefined : await readUserInfo(userInfoFile, files),
      context: offlineCluster(cluster),
      targets: offlineTargets(cluster),
      nowMs,
    },
  };
}

function checkSelection({ policies, resources, valuesFile, assignments }: FileSelection): void {
  if (policies.length === 0) throw new UsageError("require policy: name policy files, folders or -");
  if (resources.length === 0) throw new UsageError("resource file(s) required: name them with -r");
  for (const path of [...policies, ...resources]) {
    if (/^https?:\/\//.test(path)) throw new UsageError(`${path}: URLs are not supported yet`);
  }
  if (policies.includes("-") && resources.includes("-")) {
    throw new UsageError("a stdin pipe can be used for either policies or resources, not both");
  }
  if (valuesFile !== undefined && assignments.length > 0) {
    throw new UsageError("pass the values either using set flag or values_file flag");
  }
}

async function readAll(
  paths: readonly string[],
  files: DocumentFiles,
): Promise<{ readonly resources: readonly PlacedResource[]; readonly problems: readonly string[] }> {
  const resources: PlacedResource[] = [];
  const problems: string[] = [];
  for await (const read of readResources(paths, files)) {
    if (read.kind === "problem") problems.push(read.message);
    else resources.push({ resource: read.resource, source: read.source });
  }
  return { resources, problems };
}
