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
import type { QueryFlags } from "./jp-command.ts";

/** Evaluates an expression on the first document of a file and prints the value. Throws a `UsageError`. */
export async function runQuery(expression: string, flags: QueryFlags, io: CliIo): Promise<void> {
  const document = await readInput(flags.input ?? "-", io);
  const value = orUsageError(() => {
    const environment = { numbers: "float64", budget: new Budget(), nowMs: io.nowMs(), seed: 0 } as const;
    return search(compileQuery(expression), document, environment);
  });
  const text =
    flags.unquoted === true && typeof value === "string"
      ? value
      : JSON.stringify(value, undefined, flags.compact === true ? undefined : 2);
  io.stdout.write(`${text}\n`);
}

/** Prints how an expression is read. Throws a `UsageError`. */
export function runParse(expression: string, io: CliIo): void {
  const ast = orUsageError(() => parse(expression));
  io.stdout.write(`${JSON.stringify(ast, undefined, 2)}\n`);
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
