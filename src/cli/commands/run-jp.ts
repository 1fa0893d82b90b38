import { readFile } from "node:fs/promises";

import { Budget, BudgetExceeded } from "#engine/budget.ts";
import { QueryError } from "#engine/errors.ts";
import { builtInFunctions, findFunction, kyvernoFunctions } from "#engine/jmespath/function-table.ts";
import type { FunctionSpec } from "#engine/jmespath/function-spec.ts";
import { parse } from "#engine/jmespath/parser.ts";
import { compileQuery, search } from "#engine/jmespath/query.ts";
import type { Json } from "#engine/values/json.ts";

import type { CliIo } from "../cli-io.ts";
import { nearestName } from "../documents/nearest-name.ts";
import { openFiles, readDocuments } from "../documents/read-documents.ts";
import { UsageError } from "../usage-error.ts";
import type { ParseFlags, QueryFlags } from "./jp-command.ts";

/** Evaluates expressions on the first document of a file and prints the values, one after the other. Throws a `UsageError`. */
export async function runQuery(expressions: readonly string[], flags: QueryFlags, io: CliIo): Promise<void> {
  const all = await allExpressions(expressions, flags.query ?? []);
  const document = await readInput(flags.input ?? "-", io);
  const environment = { numbers: "float64", budget: new Budget(), nowMs: io.nowMs(), seed: 0 } as const;
  const values = all.map((expression) =>
    orUsageError(() => search(compileQuery(expression), document, environment)),
  );
  for (const value of values) {
    const text =
      flags.unquoted === true && typeof value === "string"
        ? value
        : JSON.stringify(value, undefined, flags.compact === true ? undefined : 2);
    io.stdout.write(`${text}\n`);
  }
}

/** Prints how expressions are read. Throws a `UsageError`. */
export async function runParse(expressions: readonly string[], flags: ParseFlags, io: CliIo): Promise<void> {
  const all = await allExpressions(expressions, flags.file ?? []);
  const trees = all.map((expression) => orUsageError(() => parse(expression)));
  for (const tree of trees) io.stdout.write(`${JSON.stringify(tree, undefined, 2)}\n`);
}

/** Expressions as they were typed, then those of files. */
async function allExpressions(
  typed: readonly string[],
  paths: readonly string[],
): Promise<readonly string[]> {
  const read = await Promise.all(
    paths.map(async (path) => {
      try {
        return (await readFile(path, "utf8")).trim();
      } catch (error) {
        throw new UsageError(`${path}: ${(error as Error).message}`);
      }
    }),
  );
  if (typed.length + read.length === 0) throw new UsageError("write an expression, or name a file with one");
  return [...typed, ...read];
}

/** Prints functions. Throws a `UsageError` for one that there is not. */
export function runFunction(names: readonly string[], io: CliIo): void {
  const all = [...builtInFunctions, ...kyvernoFunctions].toSorted((a, b) => (a.name < b.name ? -1 : 1));
  const shown = names.map((name) => {
    const found = findFunction(name);
    if (found !== undefined) return found;
    const nearest = nearestName(
      name,
      all.map((spec) => spec.name),
    );
    const hint = nearest === undefined ? "" : `; is ${nearest} meant?`;
    throw new UsageError(`there is no function ${name}${hint}`);
  });
  if (shown.length === 0) {
    io.stdout.write(all.map((spec) => `${signatureOf(spec)}\n`).join(""));
    return;
  }
  io.stdout.write(shown.map(describe).join("\n"));
}

function describe(spec: FunctionSpec): string {
  const examples = spec.examples.map(([expression, value]) => `  ${expression} → ${JSON.stringify(value)}\n`);
  return [`${signatureOf(spec)}\n`, ...examples].join("");
}

function signatureOf({ name, parameters, variadic, returns }: FunctionSpec): string {
  const kinds = parameters.map((parameter) => parameter.join("|"));
  return `${name}(${kinds.join(", ")}${variadic === true ? ", …" : ""}) ${returns}`;
}

async function readInput(path: string, { stdin }: CliIo): Promise<Json> {
  const files = openFiles(() => {
    if (stdin.isTerminal) throw new UsageError("pipe a document in, or name a file with -i");
    return stdin.read();
  });
  for await (const document of readDocuments([path], files)) {
    if (document.kind === "problem") throw new UsageError(document.message);
    return document.content as Json;
  }
  throw new UsageError(`${path}: the file is empty`);
}

function orUsageError<T>(action: () => T): T {
  try {
    return action();
  } catch (error) {
    if (error instanceof QueryError || error instanceof BudgetExceeded) throw new UsageError(error.message);
    throw error;
  }
}
