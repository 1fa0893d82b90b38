import { decode } from "#api/schema/decode.ts";
import type { Schema } from "#api/schema/schema.ts";
import type { RequestUser } from "#engine/input.ts";

import { readDocuments } from "../documents/read-documents.ts";
import type { DocumentFiles } from "../documents/read-documents.ts";
import { describePlace } from "../documents/source-document.ts";
import { findUnknownFields } from "../policies/unknown-fields.ts";
import { UsageError } from "../usage-error.ts";
import { userInfoSchema, valuesSchema } from "./values-file.ts";
import type { ValuesFile } from "./values-file.ts";

/** Reads a values file. Throws a `UsageError` that says where and what. */
export async function readValuesFile(path: string, files: DocumentFiles): Promise<ValuesFile> {
  const values = await readSettingsFile<ValuesFile>(path, files, valuesSchema);
  if ((values.subresources ?? []).length > 0) {
    throw new UsageError(`${path}: subresources in a values file are not supported yet`);
  }
  return values;
}

/** Reads a user info file. Throws a `UsageError` that says where and what. */
export async function readUserInfo(path: string, files: DocumentFiles): Promise<RequestUser> {
  const file = await readSettingsFile(path, files, userInfoSchema);
  const { username = "", uid, groups = [] } = file.userInfo ?? {};
  return {
    username,
    ...(uid === undefined ? {} : { uid }),
    groups,
    roles: file.roles ?? [],
    clusterRoles: file.clusterRoles ?? [],
  };
}

/** The one document of a file, strictly: a field that is not known is a mistake. */
async function readSettingsFile<T>(path: string, files: DocumentFiles, schema: Schema<T>): Promise<T> {
  for await (const document of readDocuments([path], files)) {
    if (document.kind === "problem") throw new UsageError(document.message);
    const place = describePlace(document.place);
    const decoded = decode(schema, document.content);
    if (!decoded.ok) {
      const problems = decoded.problems.map((problem) => `${problem.path}: ${problem.message}`);
      throw new UsageError(`${place}: ${problems.join("; ")}`);
    }
    const [unknown] = findUnknownFields(schema.node, document.content);
    if (unknown !== undefined) throw new UsageError(`${place}: ${unknown}: unknown field`);
    return decoded.value;
  }
  throw new UsageError(`${path}: the file is empty`);
}
