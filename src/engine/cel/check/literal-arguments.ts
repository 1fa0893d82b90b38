import { compileRegex } from "../../jmespath/regex-cache.ts";
import { durationFromText, timestampFromText } from "../functions/text-times.ts";
import type { Ast } from "../syntax/ast.ts";
import { CelError } from "../values/cel-error.ts";

const readers: ReadonlyMap<string, (text: string) => unknown> = new Map<string, (text: string) => unknown>([
  ["duration", durationFromText],
  ["timestamp", timestampFromText],
]);

/** What is wrong with a text that stands as an argument, where it can never be read as a time or pattern. */
export function literalProblem(name: string, argument: Ast): string | undefined {
  if (argument.kind !== "literal" || typeof argument.value !== "string") return undefined;
  const isWrong =
    name === "matches"
      ? compileRegex(argument.value).kind === "failed"
      : readers.has(name) && cannotRead(readers.get(name), argument.value);
  return isWrong ? `invalid ${name} argument` : undefined;
}

function cannotRead(read: ((text: string) => unknown) | undefined, text: string): boolean {
  try {
    read?.(text);
    return false;
  } catch (error) {
    if (!(error instanceof CelError)) throw error;
    return true;
  }
}
