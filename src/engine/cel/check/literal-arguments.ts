import { compileRegex } from "../../jmespath/regex-cache.ts";
import { durationFromText, timestampFromText } from "../functions/text-times.ts";
import type { Ast } from "../syntax/ast.ts";
import { CelError } from "../values/cel-error.ts";
import { isIntValue } from "../values/numbers.ts";
import { timestampOf } from "../values/temporal.ts";

const readers: ReadonlyMap<string, (text: string) => unknown> = new Map<string, (text: string) => unknown>([
  ["duration", durationFromText],
  ["timestamp", timestampFromText],
]);

/** What is wrong with a text that stands as an argument, where it can never be read as a time or pattern. */
export function literalProblem(name: string, argument: Ast): string | undefined {
  if (argument.kind !== "literal") return undefined;
  if (name === "timestamp" && isIntValue(argument.value)) {
    const seconds = argument.value;
    return cannotRead(() => timestampOf(BigInt(seconds) * 1_000_000_000n))
      ? `invalid ${name} argument`
      : undefined;
  }
  if (typeof argument.value !== "string") return undefined;
  const text = argument.value;
  const isWrong =
    name === "matches"
      ? compileRegex(text).kind === "failed"
      : readers.has(name) && cannotRead(() => readers.get(name)?.(text));
  return isWrong ? `invalid ${name} argument` : undefined;
}

function cannotRead(read: () => unknown): boolean {
  try {
    read();
    return false;
  } catch (error) {
    if (!(error instanceof CelError)) throw error;
    return true;
  }
}
