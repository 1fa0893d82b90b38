import { kindEnvironment } from "#engine/cel/environments/kind-environment.ts";
import type { CelKind } from "#engine/cel/environments/kind-environment.ts";
import { compileVariables } from "#engine/cel/environments/policy-variables.ts";
import type { CelEnvironment } from "#engine/cel/compile/environment.ts";
import { compileCel } from "#engine/cel/program.ts";
import {
  anyType,
  boolType,
  dynType,
  listOf,
  mapOf,
  namedType,
  nullType,
  stringType,
} from "#engine/cel/types/cel-type.ts";
import type { CelType } from "#engine/cel/types/cel-type.ts";

/** One expression of a policy: whether it compiles under the environment of its kind. */
export interface ExpressionOutcome {
  /** `Kind/name: field`. */
  readonly place: string;
  readonly expression: string;
  /** Undefined where it compiles. */
  readonly problem: string | undefined;
}

type Node = Readonly<Record<string, unknown>>;

const namespacedKinds = /^Namespaced(?=(?:Validating|ImageValidating|Mutating|Generating|Deleting)Policy$)/;
const kinds: ReadonlySet<string> = new Set<CelKind>([
  "ValidatingPolicy",
  "ImageValidatingPolicy",
  "MutatingPolicy",
  "GeneratingPolicy",
  "DeletingPolicy",
  "ValidatingAdmissionPolicy",
  "MutatingAdmissionPolicy",
]);

/** The modes that Kyverno evaluates itself; expressions of others have other variables. */
const modes: ReadonlySet<unknown> = new Set([undefined, "Kubernetes", "JSON"]);

/** Compiles every expression of every policy within a document, however deep it stands. */
export function compileDocument(document: unknown): readonly ExpressionOutcome[] {
  if (Array.isArray(document)) return document.flatMap(compileDocument);
  if (!isNode(document)) return [];
  const outcomes = policyOutcomes(document);
  return outcomes ?? Object.values(document).flatMap(compileDocument);
}

function isNode(value: unknown): value is Node {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function policyOutcomes(document: Node): readonly ExpressionOutcome[] | undefined {
  const { kind, apiVersion, metadata, spec } = document;
  if (typeof kind !== "string" || typeof apiVersion !== "string" || !isNode(spec)) return undefined;
  const name = isNode(metadata) && typeof metadata["name"] === "string" ? metadata["name"] : "";
  const collector = new Collector(`${kind}/${name}`);
  const bare = kind.replace(namespacedKinds, "");
  if (kind === "ClusterPolicy" || kind === "Policy") classicRules(collector, spec);
  else if (kinds.has(bare) && /^(?:policies\.kyverno|admissionregistration\.k8s)\.io\//.test(apiVersion)) {
    celPolicy(collector, bare as CelKind, kind !== bare, spec);
  } else return undefined;
  return collector.outcomes;
}

class Collector {
  readonly outcomes: ExpressionOutcome[] = [];
  readonly #policy: string;

  constructor(policy: string) {
    this.#policy = policy;
  }

  add(field: string, expression: unknown, problem: string | undefined): void {
    if (typeof expression !== "string") return;
    this.outcomes.push({ place: `${this.#policy}: ${field}`, expression, problem });
  }

  compile(
    field: string,
    expression: unknown,
    environment: CelEnvironment,
    expected: readonly CelType[] = [],
  ): void {
    if (typeof expression !== "string" || expression.trim() === "") return;
    const compiled = compileCel(expression, environment, expected);
    this.add(field, expression, compiled.kind === "failed" ? compiled.issue.message : undefined);
  }

  /** The environment that knows the variables, as far as they compile. */
  variables(list: readonly Node[], environment: CelEnvironment): CelEnvironment {
    const declared = list.map((item) => ({
      name: String(item["name"]),
      expression: String(item["expression"]),
    }));
    const compiled = compileVariables(declared, environment);
    const count = compiled.kind === "failed" ? compiled.index : declared.length;
    for (const { name, expression } of declared.slice(0, count)) {
      this.add(`variables.${name}`, expression, undefined);
    }
    if (compiled.kind === "variables") return compiled.environment;
    this.add(`variables.${compiled.name}`, declared[count]?.expression, compiled.issue.message);
    const rest = compileVariables(declared.slice(0, count), environment);
    return rest.kind === "variables" ? rest.environment : environment;
  }
}

function nodes(value: unknown): readonly Node[] {
  return Array.isArray(value) ? value.filter(isNode) : [];
}

const bools = [boolType];
const strings = [stringType];
const annotations = [stringType, nullType];
const objects = [namedType("Object")];
const patches = [listOf(namedType("JSONPatch"))];
const targets = [mapOf(stringType, anyType)];
const extractions = [listOf(stringType), listOf(dynType), dynType];

function celPolicy(collector: Collector, kind: CelKind, isNamespaced: boolean, spec: Node): void {
  const { evaluation } = spec;
  if (isNode(evaluation) && !modes.has(evaluation["mode"])) return;
  const environment = kindEnvironment(kind, isNamespaced);
  const full = collector.variables(nodes(spec["variables"]), environment);
  const seesVariables = kind === "MutatingPolicy" || kind.endsWith("AdmissionPolicy");
  const each = (
    field: string,
    part: string,
    expected: readonly CelType[],
    where: CelEnvironment = full,
  ): void => {
    for (const [index, item] of nodes(spec[field]).entries()) {
      collector.compile(`${field}[${index}].${part}`, item[part], where, expected);
    }
  };
  each("matchConditions", "expression", bools, seesVariables ? full : environment);
  each("targetMatchConditions", "expression", bools);
  each("validations", "expression", bools);
  each("validations", "messageExpression", strings);
  each("auditAnnotations", "valueExpression", annotations);
  each("conditions", "expression", bools);
  each("generate", "expression", bools);
  each("images", "expression", extractions);
  each("matchImageReferences", "expression", bools, kindEnvironment("ImageReference"));
  const { targetMatchConstraints } = spec;
  if (isNode(targetMatchConstraints)) {
    collector.compile(
      "targetMatchConstraints.expression",
      targetMatchConstraints["expression"],
      full,
      targets,
    );
  }
  for (const [index, mutation] of nodes(spec["mutations"]).entries()) {
    for (const [field, expected] of [
      ["applyConfiguration", objects],
      ["jsonPatch", patches],
    ] as const) {
      const part = mutation[field];
      if (!isNode(part)) continue;
      collector.compile(`mutations[${index}].${field}`, part["expression"], full, expected);
    }
  }
}

function classicRules(collector: Collector, spec: Node): void {
  const environment = kindEnvironment("ClusterPolicy");
  const { webhookConfiguration } = spec;
  const conditions = isNode(webhookConfiguration) ? nodes(webhookConfiguration["matchConditions"]) : [];
  for (const [index, { expression }] of conditions.entries()) {
    const field = `webhookConfiguration.matchConditions[${index}]`;
    collector.compile(field, expression, kindEnvironment("MatchConditions"), bools);
  }
  for (const [index, rule] of nodes(spec["rules"]).entries()) {
    const { validate } = rule;
    const cel = isNode(validate) ? validate["cel"] : undefined;
    if (!isNode(cel)) continue;
    const full = collector.variables(nodes(cel["variables"]), environment);
    for (const { expression } of nodes(rule["celPreconditions"])) {
      collector.compile(`rules[${index}].celPreconditions`, expression, full, bools);
    }
    for (const check of nodes(cel["expressions"])) {
      collector.compile(`rules[${index}].expressions`, check["expression"], full, bools);
      collector.compile(`rules[${index}].messageExpression`, check["messageExpression"], full, strings);
    }
    for (const { valueExpression } of nodes(cel["auditAnnotations"])) {
      collector.compile(`rules[${index}].auditAnnotations`, valueExpression, full, annotations);
    }
  }
}
