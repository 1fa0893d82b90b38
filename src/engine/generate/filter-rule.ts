import type { RuleContext } from "../context/rule-context.ts";
import { withKey } from "../context/document.ts";
import { QueryError } from "../errors.ts";
import { noExceptions } from "../exceptions/exception-source.ts";
import { matchSubjectOf } from "../match/subject.ts";
import type { RuleResponse } from "../response.ts";
import type { RuleFrame } from "../validate/run-rule.ts";
import { isObject, own } from "../values/json.ts";
import type { JsonObject } from "../values/json.ts";
import type { CompiledGeneration } from "./compiled-generations.ts";

type Verdict = Pick<RuleResponse, "status" | "message" | "exceptions">;

/**
 * Whether a generate rule is for a trigger: `pass` where it is, `fail` where it no longer is although it was for the object
 * before (what it made has to go), `skip` for preconditions and exceptions; undefined where it never was. Throws
 * `BudgetExceeded` and a `Suspension`.
 */
export function filterRule(
  generation: CompiledGeneration,
  frame: RuleFrame,
  context: RuleContext,
): Verdict | undefined {
  const { rule, generatesOnDelete } = generation;
  const { input, subject, policyKey } = frame;
  const exempt = (input.exceptions ?? noExceptions)
    .find(policyKey, rule.name)
    .filter((exception) => exception.applies(subject, context))
    .map((exception) => exception.key);
  if (exempt.length > 0) {
    const message = `rule is skipped due to policy exception ${exempt.join(", ")}`;
    return { status: "skip", message, exceptions: exempt };
  }
  const isDelete = input.operation === "DELETE";
  if (!rule.matches(subject)) return !isDelete && matchedBefore(generation, frame) ? left : undefined;
  if (isDelete && !generatesOnDelete) return left;
  try {
    return checkPreconditions(generation, frame, context);
  } catch (error) {
    if (!(error instanceof QueryError)) throw error;
    return { status: "error", message: `failed to evaluate conditions: ${error.message}` };
  }
}

const left: Verdict = { status: "fail", message: "" };

function matchedBefore({ rule }: CompiledGeneration, { input }: RuleFrame): boolean {
  const { oldResource } = input;
  return oldResource !== undefined && rule.matches(matchSubjectOf({ ...input, resource: oldResource }));
}

function checkPreconditions(
  { rule }: CompiledGeneration,
  { input }: RuleFrame,
  context: RuleContext,
): Verdict {
  if (rule.preconditions === undefined || rule.preconditions(context).holds) {
    return { status: "pass", message: "" };
  }
  if (input.oldResource === undefined || input.operation === "DELETE") return { status: "skip", message: "" };
  const { base } = context;
  context.rebase(withObject(base, input.oldResource));
  try {
    const { holds, message } = rule.preconditions(context);
    return holds ? { status: "fail", message } : { status: "skip", message: "" };
  } finally {
    context.rebase(base);
  }
}

function withObject(document: JsonObject, object: JsonObject): JsonObject {
  const request = own(document, "request");
  return withKey(document, "request", withKey(isObject(request) ? request : {}, "object", object));
}
