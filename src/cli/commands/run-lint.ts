import type { CliIo } from "../cli-io.ts";
import { findFiles } from "../documents/find-files.ts";
import { locateField } from "../documents/locate-field.ts";
import { openFiles, readDocuments } from "../documents/read-documents.ts";
import type { DocumentFiles } from "../documents/read-documents.ts";
import { visible } from "../output/columns.ts";
import { builtInSchemas, clusterSchemas } from "../lint/kind-schemas.ts";
import type { KindSchemas } from "../lint/kind-schemas.ts";
import { typeProblems } from "../lint/type-problems.ts";
import { UsageError } from "../usage-error.ts";
import { lintDocument } from "./lint-document.ts";

/** The flags as they were typed. */
export interface LintFlags {
  readonly outputFormat?: string;
  readonly cluster?: boolean;
  readonly kubeconfig?: string;
  readonly context?: string;
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
  const schemas = await schemasFor(flags, io);
  const { problems, unreadable, checked } = await lintAll(paths, files, schemas).finally(() =>
    schemas.close(),
  );
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

/** Types of objects: those of a cluster where one is named. */
async function schemasFor(
  { cluster = false, kubeconfig, context }: LintFlags,
  { env }: CliIo,
): Promise<KindSchemas> {
  const isNamed = cluster || kubeconfig !== undefined || context !== undefined;
  return isNamed ? clusterSchemas({ kubeconfig, context }, env) : builtInSchemas;
}

function textOf({ file, line, column, path, message }: LintProblem): string {
  return `${file}:${line}:${column}: ${path === "" ? "" : `${path}: `}${message}`;
}

async function lintAll(
  paths: readonly string[],
  files: DocumentFiles,
  schemas: KindSchemas,
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
      const wrong = lintDocument(document.content);
      // Folders hold other things than policies.
      if (wrong === undefined && found.folder) continue;
      checked += 1;
      const { file } = document.place;
      const told = wrong ?? [{ path: "kind", message: "no policy and no exception" }];
      const own = [...told, ...(await typeProblems(document.content, schemas))].map(
        ({ path: field, message }) => ({ file, ...locateField(document, field), path: field, message }),
      );
      const odd = (document.warnings ?? []).map((text) => warningOf(text, file));
      problems.push(...[...odd, ...own].toSorted((a, b) => a.line - b.line || a.column - b.column));
    }
  }
  return { problems, unreadable, checked };
}

/** What is odd about a text comes as `file:line: message`. */
function warningOf(text: string, file: string): LintProblem {
  const [, line = "1", message = text] = /^.*?:(\d+): ([\s\S]*)$/.exec(text) ?? [];
  return { file, line: Number(line), column: 1, path: "", message };
}
