import type { Rule } from "#api/kyverno/rule.ts";
import { decodeForEachValidations } from "#api/kyverno/validate.ts";
import type { Deny, ForEachValidation, Validation } from "#api/kyverno/validate.ts";

import { compileContextEntry } from "../context/context-entry.ts";
import { QueryError } from "../errors.ts";
import type { RuleBody } from "../validate/compiled-rule.ts";
import { compilePodSecurityBody } from "../podsecurity/pod-security-body.ts";
import { compileCelBody } from "../validate/cel-body.ts";
import { compileDenyBody } from "../validate/deny-body.ts";
import { forEachBody } from "../validate/foreach-body.ts";
import type { CompiledForEach } from "../validate/foreach-body.ts";
import { validateMessages } from "../validate/messages.ts";
import type { ValidateMessages } from "../validate/messages.ts";
import { compileAnyPatternBody, compilePatternBody } from "../validate/pattern-body.ts";
import type { Json } from "../values/json.ts";
import { compileVerifyImagesBody } from "../verify-images/verify-images-body.ts";
import { compileConditionBlock, isPresent, problemText } from "./condition-block.ts";

/** A body that exists in Kyverno and not here: its rule answers with an `error` that says so. */
export class UnsupportedFeature extends Error {
  override readonly name = "UnsupportedFeature";
  /** The stable name of the feature. */
  readonly feature: string;

  constructor(feature: string) {
    super(`${feature} is not supported by this version`);
    this.feature = feature;
  }
}

const maxForEachNesting = 16;

/**
 * Compiles what a rule checks. Throws `UnsupportedFeature`, `QueryError` for a body that cannot be read, or
 * `BudgetExceeded` for one that is unreasonable.
 */
export function compileBody(rule: Rule, policyNamespace: string | undefined): RuleBody {
  const { validate } = rule;
  if (validate === undefined) return compileVerifyImagesBody(rule);
  if (validate.manifests !== undefined) throw new UnsupportedFeature("validate.manifests");
  if (validate.podSecurity !== undefined) return compilePodSecurityBody(rule.name, validate.podSecurity);
  if (validate.cel !== undefined) return compileCelBody(rule, validate.cel);
  const messages = validateMessages(rule.name, validate.message ?? "");
  const body = compileCheck(validate, { rule: rule.name, messages, policyNamespace, nesting: 0 });
  if (body !== undefined) return body;
  if (validate.assert !== undefined) throw new UnsupportedFeature("validate.assert");
  throw new QueryError(
    "failed",
    "validate has none of pattern, anyPattern, deny, foreach, podSecurity, cel or manifests",
  );
}

/** True where `podSecurity` is what the rule checks. */
export function isPodSecurity({ validate }: Rule): boolean {
  return validate?.podSecurity !== undefined && validate.manifests === undefined;
}

interface Place {
  readonly rule: string;
  readonly messages: ValidateMessages;
  readonly policyNamespace: string | undefined;
  readonly nesting: number;
}

interface Check {
  readonly deny?: Deny;
  readonly pattern?: unknown;
  readonly anyPattern?: unknown;
}

function compileCheck(check: Check & Pick<Validation, "foreach">, place: Place): RuleBody | undefined {
  const { deny, pattern, anyPattern, foreach = [] } = check;
  if (deny !== undefined) {
    return compileDenyBody(compileConditionBlock(deny.conditions, "deny.conditions"), place.messages);
  }
  if (isPresent(pattern)) return compilePatternBody(pattern as Json, place.messages);
  if (isPresent(anyPattern)) return compileAnyPatternBody(anyPattern as Json, place.messages, place.rule);
  if (foreach.length === 0) return undefined;
  const entries = foreach.map((entry) => compileForEach(entry, place));
  return forEachBody(entries, place.nesting, place.rule);
}

function compileForEach(entry: ForEachValidation, place: Place): CompiledForEach {
  if (place.nesting >= maxForEachNesting) {
    throw new QueryError("failed", `foreach is nested deeper than ${maxForEachNesting} levels`);
  }
  const nested = entry.foreach === undefined ? [] : readNested(entry.foreach);
  const body = compileCheck({ ...entry, foreach: nested }, { ...place, nesting: place.nesting + 1 });
  return {
    list: entry.list ?? "",
    context: (entry.context ?? []).map((item) => compileContextEntry(item, place.policyNamespace)),
    preconditions: compileConditionBlock(entry.preconditions, "foreach.preconditions"),
    elementScope: entry.elementScope,
    body: body ?? (() => undefined),
  };
}

function readNested(value: unknown): readonly ForEachValidation[] {
  const decoded = decodeForEachValidations(value);
  if (decoded.ok) return decoded.value;
  throw new QueryError("failed", `foreach: ${problemText(decoded.problems)}`);
}
