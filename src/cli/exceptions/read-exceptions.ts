import { decodePolicyException, policyExceptionSchema } from "#api/kyverno/exception.ts";
import type { PolicyException } from "#api/kyverno/exception.ts";
import { isRecord } from "#api/schema/path.ts";

import { findFiles } from "../documents/find-files.ts";
import { describeField } from "../documents/locate-field.ts";
import { readDocuments } from "../documents/read-documents.ts";
import type { DocumentFiles } from "../documents/read-documents.ts";
import type { SourceDocument } from "../documents/source-document.ts";
import { findUnknownFields } from "../policies/unknown-fields.ts";
import { UsageError } from "../usage-error.ts";

/** Exceptions of files, and what of them this version cannot apply. */
export interface ReadExceptions {
  readonly exceptions: readonly PolicyException[];
  /** Stable names of what is missing. */
  readonly features: readonly string[];
}

/** True for an exception of either API group. */
export function isException(content: unknown): boolean {
  if (!isRecord(content) || content["kind"] !== "PolicyException") return false;
  return /^(?:policies\.)?kyverno\.io\//.test(String(content["apiVersion"]));
}

/**
 * Reads the exceptions of files and folders. Throws a `UsageError` with file and line for what is no exception: one that
 * is passed over would give results that nobody asked for.
 */
export async function readExceptions(
  paths: readonly string[],
  files: DocumentFiles,
): Promise<ReadExceptions> {
  const documents: SourceDocument[] = [];
  for (const path of paths) {
    const found = await findFiles(path, true);
    for await (const document of readDocuments(found.files, files)) {
      if (document.kind === "problem") throw new UsageError(document.message);
      documents.push(document);
    }
  }
  return decodeExceptions(documents);
}

/** Decodes documents that must be exceptions. Throws a `UsageError`. */
export function decodeExceptions(documents: readonly SourceDocument[]): ReadExceptions {
  const exceptions: PolicyException[] = [];
  const features = new Set<string>();
  for (const document of documents) {
    const exception = decodeException(document);
    if (exception === undefined) features.add("policies.kyverno.io PolicyException");
    else exceptions.push(exception);
  }
  return { exceptions, features: [...features] };
}

/** Undefined for one of the policies that this version does not judge. */
function decodeException(document: SourceDocument): PolicyException | undefined {
  const { content } = document;
  const place = (path: string): string => describeField(document, path);
  if (!isRecord(content) || !isException(content)) {
    const kind = isRecord(content) ? String(content["kind"]) : "no object";
    throw new UsageError(`${place("kind")}: no PolicyException: ${kind}`);
  }
  if (String(content["apiVersion"]).startsWith("policies.")) return undefined;
  const decoded = decodePolicyException(content);
  const problems = decoded.ok ? findUnknownFields(policyExceptionSchema.node, content) : decoded.problems;
  const [first] = problems;
  if (decoded.ok && first === undefined) return decoded.value;
  const texts = problems.map(({ path, message }) => `${path}: ${message}`);
  throw new UsageError(`${place(first?.path ?? "")}: PolicyException: ${texts.join("; ")}`);
}
