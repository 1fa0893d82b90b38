import { BudgetExceeded } from "#engine/budget.ts";
import { celEnvironment } from "#engine/cel/compile/environment.ts";
import type { CelEnvironment } from "#engine/cel/compile/environment.ts";
import type { FunctionSpec } from "#engine/cel/functions/function-spec.ts";
import { kubernetesLibraries, languageLibraries } from "#engine/cel/libraries.ts";
import { compileCel } from "#engine/cel/program.ts";
import type { CelProgram, CelResult } from "#engine/cel/program.ts";
import { dynType, isSameType } from "#engine/cel/types/cel-type.ts";
import type { CelType } from "#engine/cel/types/cel-type.ts";
import { typeText } from "#engine/cel/types/type-text.ts";
import type { CelValue } from "#engine/cel/values/cel-value.ts";
import { declaredSignatures, decodeType, hasWrapper } from "./declared-type.ts";
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

/** Runs the tests of one file of cel-spec: those that are checked only, or the others. */
export function runFile(source: string, isCheckOnly: boolean): readonly TestOutcome[] {
  return messageFields(parseTextproto(source), "section").flatMap((section) =>
    messageFields(section, "test")
      .filter((message) => (textField(message, "check_only") === "true") === isCheckOnly)
      .map((message) => ({
        name: `${textField(section, "name")}/${textField(message, "name")}`,
        problem: problemOf(message),
      })),
  );
}

function problemOf(message: TextMessage): string | undefined {
  const compiled = compileCel(textField(message, "expr"), environmentOf(message));
  const typed = messageField(message, "typed_result");
  const deduced = typed === undefined ? undefined : messageField(typed, "deduced_type");
  if (compiled.kind === "program" && deduced !== undefined && !hasWrapper(deduced)) {
    const { type } = compiled.program;
    if (!isSameType(type, decodeType(deduced))) {
      return `has the type ${typeText(type)}, not ${typeText(decodeType(deduced))}`;
    }
  }
  if (textField(message, "check_only") === "true") {
    return compiled.kind === "failed" ? compiled.issue.reason : undefined;
  }
  const result =
    compiled.kind === "failed" ? failure(compiled.issue.reason) : evaluate(compiled.program, message);
  const expectsError = message.fields.has("eval_error") || message.fields.has("any_eval_errors");
  if (expectsError) return result.kind === "error" ? undefined : "gives a value where an error is expected";
  if (result.kind === "error") return result.message;
  const wanted = typed === undefined ? messageField(message, "value") : messageField(typed, "result");
  const expected = wanted === undefined ? true : decodeValue(wanted);
  if (expected === undefined) return "expects a protobuf message";
  return isSameValue(result.value, expected)
    ? undefined
    : `gives ${display(result.value)}, not ${display(expected)}`;
}

function failure(message: string): CelResult {
  return { kind: "error", message, cost: 0 };
}

function display(value: CelValue): string {
  return JSON.stringify(value, (_, item: unknown) => (typeof item === "bigint" ? String(item) : item)) ?? "";
}

function bindingsOf(message: TextMessage): ReadonlyMap<string, CelValue> {
  const bindings = new Map<string, CelValue>();
  for (const binding of messageFields(message, "bindings")) {
    const value = messageField(messageField(binding, "value") ?? binding, "value");
    const decoded = value === undefined ? undefined : decodeValue(value);
    if (decoded !== undefined) bindings.set(textField(binding, "key"), decoded);
  }
  return bindings;
}

function environmentOf(message: TextMessage): CelEnvironment {
  const variables: Record<string, CelType> = {};
  for (const name of bindingsOf(message).keys()) variables[name] = dynType;
  const functions: FunctionSpec[] = [];
  for (const declaration of messageFields(message, "type_env")) {
    const name = textField(declaration, "name");
    const ident = messageField(declaration, "ident");
    const type = ident === undefined ? undefined : messageField(ident, "type");
    if (type !== undefined) variables[name] = decodeType(type);
    const declared = messageField(declaration, "function");
    if (declared === undefined) continue;
    const overloads = declaredSignatures(name, declared).map((signature) => ({
      signature,
      call: () => null,
    }));
    functions.push({ name, source: "the test", overloads, examples: [] });
  }
  return celEnvironment({
    variables,
    libraries: [...libraries, { name: "the test", functions }],
    container: textField(message, "container"),
    messages: testMessages,
    resolvesLate: textField(message, "disable_check") === "true",
  });
}

function evaluate(program: CelProgram, message: TextMessage): CelResult {
  try {
    return program.evaluate(bindingsOf(message), { nowMs: 0, seed: 1 });
  } catch (error) {
    if (!(error instanceof BudgetExceeded)) throw error;
    return failure(error.message);
  }
}
