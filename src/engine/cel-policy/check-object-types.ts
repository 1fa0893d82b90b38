import type { CelEnvironment } from "../cel/compile/environment.ts";
import { extendEnvironment } from "../cel/compile/environment.ts";
import type { TypedObject } from "../cel/environments/object-structs.ts";
import { compileVariables } from "../cel/environments/policy-variables.ts";
import { compileCel } from "../cel/program.ts";

/** An expression of a policy that does not fit the objects that the policy is for. */
export interface TypeFinding {
  /** Below `spec`. */
  readonly field: string;
  /** Place, reason, line and pointer. */
  readonly message: string;
}

type Texts = Readonly<Record<string, unknown>>;

/** The parts of a CEL policy that have expressions over the object, whatever the kind. */
export interface CheckedSpec {
  readonly variables?: readonly { readonly name: string; readonly expression: string }[] | undefined;
  readonly matchConditions?: readonly Texts[] | undefined;
  readonly conditions?: readonly Texts[] | undefined;
  readonly validations?: readonly Texts[] | undefined;
  readonly auditAnnotations?: readonly Texts[] | undefined;
}

/** Fields of the elements that are expressions. */
const expressionFields = ["expression", "messageExpression", "valueExpression"] as const;
/** Objects that are missing are null, of which schemas know nothing. */
const aboutNull = /\bnull\b/;

/**
 * Checks the expressions of a policy with `object` and `oldObject` of a type. What would be wrong without the type is
 * told elsewhere and left out here, as is everything about null. The policy is judged without types all the same.
 */
export function checkObjectTypes(
  spec: CheckedSpec,
  base: CelEnvironment,
  { name, type, structs }: TypedObject,
): readonly TypeFinding[] {
  // The objects are maps, of which a function may take what two of their types have in common.
  const isOpen = (reason: string): boolean => aboutNull.test(reason) || reason.includes(name);
  const typed = extendEnvironment(base, { object: type, oldObject: type }, structs);
  const variables = compileVariables(spec.variables ?? [], typed);
  const untyped = compileVariables(spec.variables ?? [], base);
  if (untyped.kind === "failed") return [];
  if (variables.kind === "failed") {
    const { index, issue } = variables;
    if (isOpen(issue.reason)) return [];
    return [{ field: `variables[${index}].expression`, message: issue.message }];
  }
  const check = (
    part: "matchConditions" | "conditions" | "validations" | "auditAnnotations",
    withType: CelEnvironment,
    without: CelEnvironment,
  ): readonly TypeFinding[] =>
    (spec[part] ?? []).flatMap((element, index) =>
      expressionFields.flatMap((field) => {
        const text = Object.hasOwn(element, field) ? element[field] : undefined;
        if (typeof text !== "string" || text === "") return [];
        const compiled = compileCel(text, withType);
        if (compiled.kind === "program" || isOpen(compiled.issue.reason)) return [];
        if (compileCel(text, without).kind === "failed") return [];
        return [{ field: `${part}[${index}].${field}`, message: compiled.issue.message }];
      }),
    );
  return [
    // Conditions are asked before there are variables.
    ...check("matchConditions", typed, base),
    ...check("conditions", variables.environment, untyped.environment),
    ...check("validations", variables.environment, untyped.environment),
    ...check("auditAnnotations", variables.environment, untyped.environment),
  ];
}
