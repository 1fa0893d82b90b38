import { findKindVersion, customKinds } from "#api/kinds.ts";
import { decodePolicyException, policyExceptionSchema } from "#api/kyverno/exception.ts";
import { decode } from "#api/schema/decode.ts";
import type { Problem } from "#api/schema/decode.ts";
import { isRecord } from "#api/schema/path.ts";
import { validateException } from "#engine/validation/validate-exception.ts";

import { nearestName } from "../documents/nearest-name.ts";
import { expressionProblem } from "../lint/expression-problem.ts";
import { decodePolicyDocument, missingOf } from "../policies/decode-policy.ts";
import type { LoadedPolicy } from "../policies/decode-policy.ts";
import { findUnknownFields } from "../policies/unknown-fields.ts";

/** What is wrong with a document; undefined for what is neither a policy nor an exception. */
export function lintDocument(content: unknown): readonly Problem[] | undefined {
  const decoded = decodePolicyDocument(content);
  switch (decoded.kind) {
    case "policy":
      return problemsOf(decoded.policy);
    case "refused":
      // A mistake of one sort must not hide those of another.
      return unique([...decoded.problems, ...schemaProblems(content)]);
    case "unsupported":
      return decoded.field === undefined
        ? unsupportedProblems(content)
        : [...schemaProblems(content), { path: decoded.field, message: decoded.message }];
    case "binding":
      return [];
    case "exception":
      return exceptionProblems(content);
    case "other":
      return otherProblems(content);
    default:
      return decoded satisfies never;
  }
}

/** What keeps rules and expressions from being evaluated. */
function problemsOf(policy: LoadedPolicy): readonly Problem[] {
  const { compiled, mutations, generations, source } = policy;
  const missing = missingOf(policy).map((feature) => ({
    path: "",
    message: `needs ${feature}, which is not supported yet`,
  }));
  const problems = [compiled, mutations, generations].flatMap((part) => part?.problems ?? []);
  const broken = problems
    .filter(({ unsupported }) => unsupported === undefined)
    .map(({ rule, message }) => locate(message, rule, source));
  return unique([...missing, ...broken]);
}

/** Messages of compilers may begin with the field below `spec`, or tell the rule. */
function locate(message: string, rule: string | undefined, { spec }: LoadedPolicy["source"]): Problem {
  if (rule !== undefined) {
    const rules: readonly unknown[] = "rules" in spec && Array.isArray(spec.rules) ? spec.rules : [];
    const index = rules.findIndex((one) => isRecord(one) && one["name"] === rule);
    return { path: index < 0 ? "spec.rules" : `spec.rules[${index}]`, message: `rule ${rule}: ${message}` };
  }
  const field = /^([A-Za-z]+(?:\[\d+\])?(?:\.[A-Za-z]+)*): /.exec(message);
  return field === null
    ? { path: "spec", message }
    : { path: `spec.${field[1] ?? ""}`, message: expressionProblem(message.slice(field[0].length)) };
}

function schemaProblems(content: unknown): readonly Problem[] {
  const { apiVersion, kind } = isRecord(content) ? content : {};
  const known = findKindVersion(String(apiVersion), String(kind));
  if (known === undefined) return [];
  const { schema } = known.version;
  const decoded = decode(schema, content);
  return [...(decoded.ok ? [] : decoded.problems), ...findUnknownFields(schema.node, content)];
}

/** A policy of a kind or version that is not judged: its version may be wrong; else its schema is all that is checked. */
function unsupportedProblems(content: unknown): readonly Problem[] {
  const { apiVersion, kind } = isRecord(content) ? content : {};
  if (findKindVersion(String(apiVersion), String(kind)) !== undefined) return schemaProblems(content);
  const [group = ""] = String(apiVersion).split("/");
  const versions = customKinds
    .filter((one) => one.group === group && one.kind === kind)
    .flatMap((one) => one.versions.map(({ name }) => `${group}/${name}`));
  if (versions.length > 0) {
    const message = `there is no ${String(kind)} of ${String(apiVersion)}; known are ${versions.join(", ")}`;
    return [{ path: "apiVersion", message }];
  }
  return misspeltKind(content) ?? [{ path: "kind", message: `kind ${String(kind)} is not supported yet` }];
}

const policyGroups: ReadonlySet<string> = new Set(["kyverno.io", "policies.kyverno.io"]);

/** A kind that is nearly one of a policy; undefined where none is near. */
function misspeltKind(content: unknown): readonly Problem[] | undefined {
  if (!isRecord(content)) return undefined;
  const { apiVersion, kind } = content;
  const [group = ""] = String(apiVersion).split("/");
  if (!policyGroups.has(group) || typeof kind !== "string") return undefined;
  const kinds = customKinds.filter((one) => one.group === group).map((one) => one.kind);
  if (kinds.includes(kind)) return undefined;
  const nearest = nearestName(kind, kinds);
  if (nearest === undefined) return undefined;
  return [{ path: "kind", message: `${group} has no kind ${kind}; is ${nearest} meant?` }];
}

function otherProblems(content: unknown): readonly Problem[] | undefined {
  const misspelt = misspeltKind(content);
  if (misspelt !== undefined) return misspelt;
  if (!isRecord(content)) return undefined;
  const { apiVersion, kind, spec } = content;
  const isPolicy =
    typeof kind === "string" && kind.endsWith("Policy") && isRecord(spec) && Array.isArray(spec["rules"]);
  if (!isPolicy) return undefined;
  const message = `${kind} of ${String(apiVersion)} is none of Kyverno; is apiVersion kyverno.io/v1 meant?`;
  return [{ path: "apiVersion", message }];
}

function exceptionProblems(content: unknown): readonly Problem[] {
  if (isRecord(content) && String(content["apiVersion"]).startsWith("policies.")) {
    return schemaProblems(content);
  }
  const decoded = decodePolicyException(content);
  const unknown = findUnknownFields(policyExceptionSchema.node, content);
  if (!decoded.ok) return unique([...decoded.problems, ...unknown]);
  return [...unknown, ...validateException(decoded.value)];
}

function unique(problems: readonly Problem[]): readonly Problem[] {
  return [...new Map(problems.map((one) => [`${one.path} ${one.message}`, one])).values()];
}
