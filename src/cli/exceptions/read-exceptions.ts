import { decodePolicyException, policyExceptionSchema } from "#api/kyverno/exception.ts";
import type { PolicyException } from "#api/kyverno/exception.ts";
import { celPolicyExceptionSchema, decodeCelPolicyException } from "#api/policies/cel-exception.ts";
import type { CelPolicyException } from "#api/policies/cel-exception.ts";
import type { Decoded } from "#api/schema/decode.ts";
import { isRecord } from "#api/schema/path.ts";
import type { SchemaNode } from "#api/schema/schema.ts";

import { findFiles } from "../documents/find-files.ts";
import { describeField } from "../documents/locate-field.ts";
import { readDocuments } from "../documents/read-documents.ts";
import type { DocumentFiles } from "../documents/read-documents.ts";
import type { SourceDocument } from "../documents/source-document.ts";
import { findUnknownFields } from "../policies/unknown-fields.ts";
import { UsageError } from "../usage-error.ts";

/** Exceptions of files. */
export interface ReadExceptions {
  readonly exceptions: readonly PolicyException[];
  /** Those of `policies.kyverno.io`, from policies of the CEL kinds. */
  readonly celExceptions: readonly CelPolicyException[];
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
  const celExceptions: CelPolicyException[] = [];
  for (const document of documents) {
    if (isCelException(document)) {
      celExceptions.push(decodeOne(document, decodeCelPolicyException, celPolicyExceptionSchema.node));
    } else exceptions.push(decodeOne(document, decodePolicyException, policyExceptionSchema.node));
  }
  return { exceptions, celExceptions };
}

function isCelException({ content }: SourceDocument): boolean {
  return isException(content) && isRecord(content) && String(content["apiVersion"]).startsWith("policies.");
}

function decodeOne<T>(
  document: SourceDocument,
  decode: (content: unknown) => Decoded<T>,
  schema: SchemaNode,
): T {
  const { content } = document;
  const place = (path: string): string => describeField(document, path);
  if (!isRecord(content) || !isException(content)) {
    const kind = isRecord(content) ? String(content["kind"]) : "no object";
    throw new UsageError(`${place("kind")}: no PolicyException: ${kind}`);
  }
  const decoded = decode(content);
  const problems = decoded.ok ? findUnknownFields(schema, content) : decoded.problems;
  const [first] = problems;
  if (decoded.ok && first === undefined) return decoded.value;
  const texts = problems.map(({ path, message }) => `${path}: ${message}`);
  throw new UsageError(`${place(first?.path ?? "")}: PolicyException: ${texts.join("; ")}`);
}
