import { isIP } from "node:net";
import { RE2JS } from "re2js";

const compiled = new Map<string, RE2JS>();
const maxCompiled = 1_000;

/** True where the pattern of a schema is found in the text. Linear in time; an expression nobody can read matches all. */
export function patternMatches(pattern: string, text: string): boolean {
  let expression = compiled.get(pattern);
  if (expression === undefined) {
    try {
      expression = RE2JS.compile(pattern);
    } catch {
      return true;
    }
    if (compiled.size >= maxCompiled) compiled.clear();
    compiled.set(pattern, expression);
  }
  return expression.matcher(text).find();
}

const patterns: Readonly<Record<string, RegExp>> = {
  "date-time": /^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)$/,
  date: /^\d{4}-\d\d-\d\d$/,
  duration:
    /^(\d+(\.\d+)?\s*(ns|us|µs|ms|s|m|h|d|w|[a-z]+)\s*)+$|^[-+]?(\d+(\.\d*)?(ns|us|µs|ms|s|m|h))+$|^0$/i,
  uuid: /^[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}$/i,
  byte: /^[A-Za-z0-9+/]*={0,2}$/,
  email: /^[^@\s]+@[^@\s]+$/,
};

/** The name of the format that the text does not have, or undefined. Formats that nobody knows are no condition. */
export function formatProblem(format: string, text: string): string | undefined {
  if (format === "ipv4") return isIP(text) === 4 ? undefined : format;
  if (format === "ipv6") return isIP(text) === 6 ? undefined : format;
  if (format === "uri") return URL.canParse(text) ? undefined : format;
  if (format === "date-time" && Number.isNaN(Date.parse(text))) return format;
  const pattern = Object.hasOwn(patterns, format) ? patterns[format] : undefined;
  return pattern === undefined || pattern.test(text) ? undefined : format;
}
