import { decode } from "#api/schema/decode.ts";
import type { Schema } from "#api/schema/schema.ts";
import type { RequestUser } from "#engine/input.ts";

import { withCanonicalNames } from "../documents/canonical-names.ts";
import { describeField } from "../documents/locate-field.ts";
import { readDocuments } from "../documents/read-documents.ts";
import type { DocumentFiles } from "../documents/read-documents.ts";
import type { SourceDocument } from "../documents/source-document.ts";
import { findUnknownFields } from "../policies/unknown-fields.ts";
import { UsageError } from "../usage-error.ts";
import { userInfoSchema, valuesSchema } from "./values-file.ts";
import type { ValuesFile } from "./values-file.ts";

/** Reads a values file. Throws a `UsageError` that says where and what. */
export async function readValuesFile(path: string, files: DocumentFiles): Promise<ValuesFile> {
  return await readSettingsFile<ValuesFile>(path, files, valuesSchema);
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

/** The first document of a file. Throws a `UsageError`. */
export async function readSettingsFile<T>(path: string, files: DocumentFiles, schema: Schema<T>): Promise<T> {
  for await (const document of readDocuments([path], files)) {
    if (document.kind === "problem") throw new UsageError(document.message);
    return decodeSettings(document, schema);
  }
  throw new UsageError(`${path}: the file is empty`);
}

/**
 * A document of Kyverno's command line, strictly: a field that is not known is a mistake. Names of fields may be written
 * in any case. Throws a `UsageError` that says where and what.
 */
export function decodeSettings<T>(document: SourceDocument, schema: Schema<T>): T {
  const content = withCanonicalNames(schema.node, document.content);
  const decoded = decode(schema, content);
  const problems = decoded.ok ? findUnknownFields(schema.node, content) : decoded.problems;
  const [first] = problems;
  if (decoded.ok && first === undefined) return decoded.value;
  const texts = problems.map(({ path, message }) => `${path === "" ? "" : `${path}: `}${message}`);
  throw new UsageError(`${describeField(document, first?.path ?? "")}: ${texts.join("; ")}`);
}
