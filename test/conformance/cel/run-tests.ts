import { BudgetExceeded } from "#engine/budget.ts";
import { celEnvironment } from "#engine/cel/compile/environment.ts";
import { kubernetesLibraries, languageLibraries } from "#engine/cel/libraries.ts";
import { compileCel } from "#engine/cel/program.ts";
import type { CelResult } from "#engine/cel/program.ts";
import { dynType } from "#engine/cel/types/cel-type.ts";
import type { CelValue } from "#engine/cel/values/cel-value.ts";
import { decodeValue, isSameValue } from "./expected-value.ts";
import { testMessages } from "./test-messages.ts";
import { messageField, messageFields, parseTextproto, textField } from "./textproto.ts";
import type { TextMessage } from "./textproto.ts";

export interface TestOutcome {
  /** `section/test`. */
  readonly name: string;
  /** Undefined where the test passes. */
  readonly problem: string | undefined;
}

const libraries = [...languageLibraries, ...kubernetesLibraries];

/** Runs the evaluation tests of one file of cel-spec. */
export function runFile(source: string): readonly TestOutcome[] {
  return messageFields(parseTextproto(source), "section").flatMap((section) =>
    messageFields(section, "test")
      .filter((message) => textField(message, "check_only") !== "true")
      .map((message) => ({
        name: `${textField(section, "name")}/${textField(message, "name")}`,
        problem: problemOf(message),
      })),
  );
}

function problemOf(message: TextMessage): string | undefined {
  const result = evaluate(message);
  const expectsError = message.fields.has("eval_error") || message.fields.has("any_eval_errors");
  if (expectsError) return result.kind === "error" ? undefined : "gives a value where an error is expected";
  if (result.kind === "error") return result.message;
  const typed = messageField(message, "typed_result");
  const wanted = typed === undefined ? messageField(message, "value") : messageField(typed, "result");
  const expected = wanted === undefined ? true : decodeValue(wanted);
  if (expected === undefined) return "expects a protobuf message";
  return isSameValue(result.value, expected)
    ? undefined
    : `gives ${display(result.value)}, not ${display(expected)}`;
}

function display(value: CelValue): string {
  return JSON.stringify(value, (_, item: unknown) => (typeof item === "bigint" ? String(item) : item)) ?? "";
}

function evaluate(message: TextMessage): CelResult {
  const bindings = new Map<string, CelValue>();
  for (const binding of messageFields(message, "bindings")) {
    const value = messageField(messageField(binding, "value") ?? binding, "value");
    const decoded = value === undefined ? undefined : decodeValue(value);
    if (decoded !== undefined) bindings.set(textField(binding, "key"), decoded);
  }
  const declared = messageFields(message, "type_env")
    .filter((declaration) => declaration.fields.has("ident"))
    .map((declaration) => textField(declaration, "name"));
  const names = [...declared, ...bindings.keys()];
  const environment = celEnvironment({
    variables: Object.fromEntries(names.map((name) => [name, dynType])),
    libraries,
    container: textField(message, "container"),
    messages: testMessages,
    resolvesLate: textField(message, "disable_check") === "true",
  });
  const compiled = compileCel(textField(message, "expr"), environment);
  if (compiled.kind === "failed") return { kind: "error", message: compiled.issue.reason, cost: 0 };
  try {
    return compiled.program.evaluate(bindings, { nowMs: 0, seed: 1 });
  } catch (error) {
    if (!(error instanceof BudgetExceeded)) throw error;
    return { kind: "error", message: error.message, cost: 0 };
  }
}
