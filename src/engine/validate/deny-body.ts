import { QueryError } from "../errors.ts";
import type { ConditionsTest, RuleBody } from "./compiled-rule.ts";
import type { ValidateMessages } from "./messages.ts";

/** Compiles `deny`: conditions that hold are a violation. Without conditions everything is. */
export function compileDenyBody(
  conditions: ConditionsTest | undefined,
  messages: ValidateMessages,
): RuleBody {
  return ({ context }) => {
    try {
      const { holds, message } = conditions?.(context) ?? { holds: true, message: "" };
      if (!holds) return { status: "pass", message: messages.passed() };
      return { status: "fail", message: messages.denied(context, message) };
    } catch (error) {
      if (!(error instanceof QueryError)) throw error;
      return { status: "error", message: `failed to check deny conditions: ${error.message}` };
    }
  };
}
