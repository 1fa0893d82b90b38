import { QueryError } from "../errors.ts";
import { compileTemplate } from "../variables/template.ts";
import type { Template } from "../context/query-context.ts";
import type { RuleContext } from "../context/rule-context.ts";

/** The texts of a validate rule's responses; people and tools read them, so they are Kyverno's. */
export interface ValidateMessages {
  passed(): string;
  anyPatternPassed(index: number): string;
  /** A pattern that does not match at `path`; without a path, `reason` says why there is none. */
  patternFailed(context: RuleContext, path: string, reason: string): string;
  anyPatternFailed(entries: readonly string[]): string;
  /** `detail` is what the conditions themselves say. */
  denied(context: RuleContext, detail: string): string;
  /** The rule's own message as it is written. */
  readonly own: string;
}

const notText = "the produced message didn't resolve to a string, check your policy definition.";

/** The messages of one rule. Variables in its own message never change a verdict: where they fail, only the text does. */
export function validateMessages(rule: string, message: string): ValidateMessages {
  const template = compileMessage(message);
  return {
    own: message,
    passed: () => `validation rule '${rule}' passed.`,
    anyPatternPassed: (index) => `validation rule '${rule}' anyPattern[${index}] passed.`,
    patternFailed(context, path, reason) {
      const tail =
        path === "" ? `rule ${rule} execution error: ${reason}` : `rule ${rule} failed at path ${path}`;
      if (message === "") return `validation error: ${tail}`;
      const text = render(template, context);
      if (text === undefined) {
        return `validation error: variables substitution error in rule ${rule} execution error: ${reason}`;
      }
      return `validation error: ${withDot(text)} ${tail}`;
    },
    anyPatternFailed(entries) {
      const tail = entries.join(" ");
      return message === "" ? `validation error: ${tail}` : `validation error: ${withDot(message)} ${tail}`;
    },
    denied(context, detail) {
      if (message === "" && detail === "") return `validation error: rule ${rule} failed`;
      const joined = detail === "" ? template : compileMessage([message, detail].filter(Boolean).join("; "));
      return render(joined, context) ?? detail;
    },
  };
}

function withDot(text: string): string {
  return text.endsWith(".") ? text : `${text}.`;
}

function compileMessage(message: string): Template | undefined {
  try {
    return compileTemplate(message);
  } catch (error) {
    if (error instanceof QueryError) return undefined;
    throw error;
  }
}

function render(template: Template | undefined, context: RuleContext): string | undefined {
  if (template === undefined) return undefined;
  try {
    const text = template.render(context);
    return typeof text === "string" ? text : notText;
  } catch (error) {
    if (error instanceof QueryError) return undefined;
    throw error;
  }
}
