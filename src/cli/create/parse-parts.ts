import { UsageError } from "../usage-error.ts";

/** The parts between commas, at least so many. Throws a `UsageError` that shows how the flag is written. */
export function partsOf(flag: string, text: string, least: number, form: string): readonly string[] {
  const parts = text.split(",").map((part) => part.trim());
  if (parts.length < least || parts.some((part) => part === "")) {
    throw new UsageError(`${flag} ${text}: write ${form}`);
  }
  return parts;
}

/** Reads `key=value`; the value may hold more of `=`. Throws a `UsageError`. */
export function pairOf(flag: string, text: string): readonly [key: string, value: string] {
  const at = text.indexOf("=");
  const [key, value] = [text.slice(0, at).trim(), text.slice(at + 1).trim()];
  if (at <= 0 || key === "" || value === "") throw new UsageError(`${flag} ${text}: write KEY=VALUE`);
  return [key, value];
}
