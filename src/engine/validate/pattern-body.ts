import type { Template } from "../context/query-context.ts";
import { QueryError } from "../errors.ts";
import { compilePattern, matchPattern } from "../pattern/match-pattern.ts";
import type { CompiledPattern, PatternResult } from "../pattern/match-pattern.ts";
import { isList } from "../values/json.ts";
import type { Json, NumberMode } from "../values/json.ts";
import { compileTemplate } from "../variables/template.ts";
import type { RuleBody, RuleOutcome, RuleRun } from "./compiled-rule.ts";
import type { ValidateMessages } from "./messages.ts";

/** What patterns are held against: the element of a foreach or the object; nothing where that is being deleted. */
function targetOf(run: RuleRun): Json | undefined {
  if (run.element !== undefined) return run.element;
  return run.input.operation === "DELETE" ? undefined : run.input.resource;
}

/** Compiles `pattern`. A pattern without variables is compiled once per number mode, not per object. */
export function compilePatternBody(pattern: Json, messages: ValidateMessages): RuleBody {
  const patternFor = compileRendered(pattern, (rendered, numbers) => compilePattern(rendered, { numbers }));
  return (run) => {
    const compiled = substituted(() => patternFor(run));
    if (isOutcome(compiled)) return compiled;
    const resource = targetOf(run);
    if (resource === undefined) return undefined;
    return outcomeOf(matchWith(compiled, resource, run), run, messages);
  };
}

/** Compiles `anyPattern`, whose numbers are float64 in every mode. */
export function compileAnyPatternBody(anyPattern: Json, messages: ValidateMessages, rule: string): RuleBody {
  const patternsFor = compileRendered(anyPattern, (rendered) =>
    isList(rendered) ? rendered.map((pattern) => compilePattern(pattern, { numbers: "float64" })) : undefined,
  );
  return (run) => {
    const compiled = substituted(() => patternsFor(run));
    if (isOutcome(compiled)) return compiled;
    const resource = targetOf(run);
    if (resource === undefined) return undefined;
    if (compiled === undefined) {
      return { status: "error", message: "failed to deserialize anyPattern, expected type array" };
    }
    return tryPatterns(compiled, resource, run, messages, rule);
  };
}

/** Remembers what comes of a document without variables, per number mode. */
function compileRendered<T>(
  document: Json,
  compile: (rendered: Json, numbers: NumberMode) => T,
): (run: RuleRun) => T {
  const template: Template = compileTemplate(document);
  if (!template.constant) {
    return (run) => compile(template.render(run.context), run.input.numbers);
  }
  const known = new Map<NumberMode, T>();
  return (run) => {
    const { numbers } = run.input;
    let compiled = known.get(numbers);
    if (compiled === undefined) {
      compiled = compile(template.render(run.context), numbers);
      known.set(numbers, compiled);
    }
    return compiled;
  };
}

function substituted<T>(render: () => T): T | RuleOutcome {
  try {
    return render();
  } catch (error) {
    if (!(error instanceof QueryError)) throw error;
    return { status: "error", message: `variable substitution failed: ${error.message}` };
  }
}

function isOutcome(value: unknown): value is RuleOutcome {
  return typeof value === "object" && value !== null && Object.hasOwn(value, "status");
}

function matchWith(pattern: CompiledPattern, resource: Json, run: RuleRun): PatternResult {
  const { numbers, budget } = run.input;
  return matchPattern(pattern, resource, { numbers, budget });
}

function outcomeOf(result: PatternResult, run: RuleRun, messages: ValidateMessages): RuleOutcome {
  switch (result.kind) {
    case "pass":
      return { status: "pass", message: messages.passed() };
    case "skip":
      return { status: "skip", message: result.message };
    case "fail":
      return { status: "fail", message: messages.patternFailed(run.context, result.path, result.message) };
    case "error":
    default:
      return { status: "error", message: messages.patternFailed(run.context, "", result.message) };
  }
}

function tryPatterns(
  patterns: readonly CompiledPattern[],
  resource: Json,
  run: RuleRun,
  messages: ValidateMessages,
  rule: string,
): RuleOutcome {
  const failed: string[] = [];
  const skipped: string[] = [];
  for (const [index, pattern] of patterns.entries()) {
    const result = matchWith(pattern, resource, run);
    switch (result.kind) {
      case "pass":
        return { status: "pass", message: messages.anyPatternPassed(index) };
      case "skip":
        skipped.push(`rule ${rule}[${index}] skipped: ${result.message}`);
        break;
      case "fail":
        failed.push(`rule ${rule}[${index}] failed at path ${result.path}`);
        break;
      case "error":
        failed.push(`rule ${rule}[${index}] failed: ${result.message}`);
        break;
    }
  }
  if (failed.length > 0) return { status: "fail", message: messages.anyPatternFailed(failed) };
  if (skipped.length > 0) return { status: "skip", message: skipped.join(" ") };
  return { status: "pass", message: messages.own };
}
