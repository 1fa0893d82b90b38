import { compileCelExceptions } from "#engine/cel-policy/cel-exception-index.ts";
import { compileExceptions } from "#engine/exceptions/exception-index.ts";

import type { DocumentFiles } from "../documents/read-documents.ts";
import type { SourceDocument } from "../documents/source-document.ts";
import { decodeExceptions, isException, readExceptions } from "../exceptions/read-exceptions.ts";
import type { Judgement } from "../judge.ts";
import type { LoadedPolicies } from "../policies/load-policies.ts";
import type { ReadResourcesOptions } from "../resources/read-resources.ts";
import { readResources } from "../resources/read-resources.ts";
import type { ScanResource } from "../resources/scan-resource.ts";
import { UsageError } from "../usage-error.ts";
import { readUserInfo, readValuesFile } from "../values/read-settings-file.ts";
import { compileValues, parseAssignments } from "../values/scan-values.ts";
import type { ScanOptions } from "./scan-options.ts";

type Inputs = Pick<Judgement, "exceptions" | "celExceptions" | "values" | "user">;

/**
 * What a scan is told by files beside policies and objects. `among` are exceptions that stand among the objects. Throws a
 * `UsageError` for what cannot be read.
 */
export async function readInputs(
  options: ScanOptions,
  loaded: LoadedPolicies,
  among: readonly SourceDocument[],
  files: DocumentFiles,
): Promise<Inputs> {
  const { valuesFile, userInfoFile, assignments } = options;
  const values = valuesFile === undefined ? undefined : await readValuesFile(valuesFile, files);
  const user = userInfoFile === undefined ? undefined : await readUserInfo(userInfoFile, files);
  const read = [
    await readExceptions(options.exceptionFiles, files),
    decodeExceptions(options.exceptionsWithinPolicies ? loaded.exceptions : []),
    decodeExceptions(among.filter(({ content }) => isException(content))),
  ];
  return {
    exceptions: compileExceptions(read.flatMap(({ exceptions }) => exceptions)),
    celExceptions: compileCelExceptions(read.flatMap(({ celExceptions }) => celExceptions)),
    values: compileValues(values, parseAssignments(assignments)),
    user,
  };
}

/** All objects of files. Throws a `UsageError` for what cannot be read. */
export async function readObjects(
  paths: readonly string[],
  files: DocumentFiles,
  options: ReadResourcesOptions,
): Promise<readonly ScanResource[]> {
  const objects: ScanResource[] = [];
  for await (const read of readResources(paths, files, options)) {
    if (read.kind === "problem") throw new UsageError(read.message);
    objects.push(read.resource);
  }
  return objects;
}
