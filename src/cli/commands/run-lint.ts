import { decodePolicyException, policyExceptionSchema } from "#api/kyverno/exception.ts";
import type { Problem } from "#api/schema/decode.ts";
import { isRecord } from "#api/schema/path.ts";
import { validateException } from "#engine/validation/validate-exception.ts";

import type { CliIo } from "../cli-io.ts";
import { findFiles } from "../documents/find-files.ts";
import { locateField } from "../documents/locate-field.ts";
import { openFiles, readDocuments } from "../documents/read-documents.ts";
import type { DocumentFiles } from "../documents/read-documents.ts";
import type { SourceDocument } from "../documents/source-document.ts";
import { visible } from "../output/columns.ts";
import { decodePolicyDocument, missingOf } from "../policies/decode-policy.ts";
import { findUnknownFields } from "../policies/unknown-fields.ts";
import { UsageError } from "../usage-error.ts";

/** The flags as they were typed. */
export interface LintFlags {
  readonly outputFormat?: string;
}

/** Something that is wrong, and where. */
interface LintProblem {
  readonly file: string;
  /** From 1. */
  readonly line: number;
  /** From 1. */
  readonly column: number;
  /** Within the document; empty for the document itself. */
  readonly path: string;
  readonly message: string;
}

/** Checks policies, prints what is wrong, and gives the exit code. Throws a `UsageError`. */
export async function runLint(paths: readonly string[], flags: LintFlags, io: CliIo): Promise<number> {
  const format = flags.outputFormat ?? "text";
  if (paths.length === 0) throw new UsageError("name policy files, folders or -");
  if (format !== "text" && format !== "json") {
    throw new UsageError(`--output-format ${format}: known formats are text, json`);
  }
  const files = openFiles(() => {
    if (io.stdin.isTerminal) throw new UsageError("- stands for standard input, and nothing is piped in");
    return io.stdin.read();
  });
  const { problems, unreadable, checked } = await lintAll(paths, files);
  if (format === "json") {
    io.stdout.write(`${JSON.stringify({ problems, unreadable }, undefined, 2)}\n`);
  } else {
    for (const message of unreadable) io.stdout.write(`${visible(message)}\n`);
    for (const problem of problems) io.stdout.write(`${visible(textOf(problem))}\n`);
    const count = problems.length + unreadable.length;
    io.stdout.write(`${checked} checked, ${count} ${count === 1 ? "problem" : "problems"}\n`);
  }
  return problems.length + unreadable.length === 0 ? 0 : 1;
}

function textOf({ file, line, column, path, message }: LintProblem): string {
  return `${file}:${line}:${column}: ${path === "" ? "" : `${path}: `}${message}`;
}

async function lintAll(
  paths: readonly string[],
  files: DocumentFiles,
): Promise<{
  readonly problems: readonly LintProblem[];
  readonly unreadable: readonly string[];
  readonly checked: number;
}> {
  const problems: LintProblem[] = [];
  const unreadable: string[] = [];
  let checked = 0;
  for (const path of paths) {
    const found = await findFiles(path, true);
    for await (const document of readDocuments(found.files, files)) {
      if (document.kind === "problem") {
        unreadable.push(document.message);
        continue;
      }
      const wrong = lintDocument(document);
      // Folders hold other things than policies.
      if (wrong === undefined && found.folder) continue;
      checked += 1;
      for (const { path, message } of wrong ?? [{ path: "kind", message: "no policy and no exception" }]) {
        problems.push({ file: document.place.file, ...locateField(document, path), path, message });
      }
    }
  }
  return { problems, unreadable, checked };
}

/** Undefined for what is neither a policy nor an exception. */
function lintDocument({ content }: SourceDocument): readonly Problem[] | undefined {
  const decoded = decodePolicyDocument(content);
  switch (decoded.kind) {
    case "policy":
      return missingOf(decoded.policy).map((feature) => ({
        path: "",
        message: `needs ${feature}, which is not supported yet`,
      }));
    case "refused":
      return decoded.problems;
    case "unsupported":
      return [{ path: "kind", message: decoded.message }];
    case "binding":
      return [];
    case "exception":
      return lintException(content);
    case "other":
      return undefined;
    default:
      return decoded satisfies never;
  }
}

function lintException(content: unknown): readonly Problem[] {
  if (isRecord(content) && String(content["apiVersion"]).startsWith("policies.")) {
    return [{ path: "apiVersion", message: "exceptions of policies.kyverno.io are not supported yet" }];
  }
  const decoded = decodePolicyException(content);
  if (!decoded.ok) return decoded.problems;
  return [...findUnknownFields(policyExceptionSchema.node, content), ...validateException(decoded.value)];
}
