import { candidateNames } from "../compile/environment.ts";
import type { CelEnvironment } from "../compile/environment.ts";
import type { ReadyOverload } from "../compile/overloads.ts";
import { typeValueType } from "../compile/type-names.ts";
import type { Ast } from "../syntax/ast.ts";
import { qualifiedName } from "../syntax/parser.ts";
import {
  boolType,
  dynType,
  errorType,
  isSameType,
  listOf,
  mapOf,
  namedType,
  optionalOf,
  unwrapOptional,
} from "../types/cel-type.ts";
import type { CelType } from "../types/cel-type.ts";
import type { Signature } from "../types/signature.ts";
import { argumentsText, typeText } from "../types/type-text.ts";
import { typeNameOf } from "../values/cel-value.ts";
import { checkComprehension } from "./check-comprehension.ts";
import { literalProblem } from "./literal-arguments.ts";
import { withLocal } from "./locals.ts";
import type { Locals } from "./locals.ts";
import { operatorSignatures } from "./operator-overloads.ts";
import { isDyn, isDynOrError, mostGeneral, Substitution } from "./substitution.ts";

type Of<Kind extends Ast["kind"]> = Ast & { readonly kind: Kind };

/** What is wrong with a part of an expression, and where. */
export interface TypeIssue {
  readonly reason: string;
  /** In UTF-16 units from the start of the text. */
  readonly offset: number;
}

export interface CheckedTypes {
  /** The type of the whole expression. */
  readonly type: CelType;
  /** In order of their places; none for an expression that may be evaluated. */
  readonly issues: readonly TypeIssue[];
}

/** The types of an expression by cel-go's rules: `dyn` agrees with everything, everything else must fit. */
export function checkTypes(ast: Ast, environment: CelEnvironment): CheckedTypes {
  const checker = new TypeChecker(environment);
  const type = checker.check(ast, new Map());
  return { type: checker.resolved(type), issues: checker.issues() };
}

interface LiteralTypes {
  readonly offset: number;
  readonly type: CelType;
}

export class TypeChecker {
  readonly environment: CelEnvironment;
  readonly #types = new Substitution();
  readonly #issues: TypeIssue[] = [];
  /** Element types of literals that have to be of one type each. */
  readonly #literals: (readonly LiteralTypes[])[] = [];
  readonly #arguments: TypeIssue[] = [];
  /** Above zero within a call whose lists may be mixed. */
  #mixedDepth = 0;

  constructor(environment: CelEnvironment) {
    this.environment = environment;
  }

  /** Rules about literals are looked at only where all types are right, as cel-go does. */
  issues(): readonly TypeIssue[] {
    const found = this.#issues.length > 0 ? this.#issues : [...this.#arguments, ...this.#mixedLiterals()];
    return found.toSorted((left, right) => left.offset - right.offset);
  }

  resolved(type: CelType): CelType {
    return this.#types.resolve(type, true);
  }

  freshVariable(): CelType {
    return this.#types.freshVariable();
  }

  report(offset: number, reason: string): CelType {
    this.#issues.push({ offset, reason });
    return errorType;
  }

  /** Reports where a value of `actual` may not stand; true where it may. */
  expect(expected: CelType, actual: CelType, offset: number): boolean {
    if (this.#types.isAssignable(expected, actual)) return true;
    this.#mismatch(expected, actual, offset);
    return false;
  }

  /** The type with everything that is known of its variables by now. */
  known(type: CelType): CelType {
    return this.#types.resolve(type);
  }

  /** Makes a variable stand for `dyn`, where it could be anything. */
  settle(type: CelType): void {
    this.#types.isAssignable(dynType, type);
  }

  check(ast: Ast, locals: Locals): CelType {
    switch (ast.kind) {
      case "literal":
        return namedType(typeNameOf(ast.value));
      case "ident":
        return this.#identifier(ast, locals);
      case "select":
        return this.#select(ast, locals);
      case "has":
        this.#field(ast, this.check(ast.operand, locals), ast.optional);
        return boolType;
      case "index":
        return this.#operator(ast.optional ? "_[?_]" : "_[_]", [ast.operand, ast.index], ast.offset, locals);
      case "call":
        return this.#call(ast, locals);
      case "logic":
        return this.#logic(ast, locals);
      case "conditional":
        return this.#operator("_?_:_", [ast.condition, ast.whenTrue, ast.whenFalse], ast.offset, locals);
      case "list":
        return this.#list(ast, locals);
      case "map":
        return this.#map(ast, locals);
      case "struct":
        return this.#struct(ast, locals);
      case "comprehension":
        return checkComprehension(this, ast, locals);
      case "bind":
        return this.check(ast.body, withLocal(locals, ast.variable, this.check(ast.value, locals)));
      case "optionalMap":
        return this.#optionalMap(ast, locals);
      default:
        return ast satisfies never;
    }
  }

  #logic({ operands }: Of<"logic">, locals: Locals): CelType {
    const fit = operands.map((operand) => this.expect(boolType, this.check(operand, locals), operand.offset));
    return fit.every(Boolean) ? boolType : errorType;
  }

  /** The result of a call with arguments of these types; reports where nothing takes them. */
  resolve(
    name: string,
    signatures: readonly Signature[],
    types: readonly CelType[],
    offset: number,
    isMethod = false,
  ): CelType {
    let result: CelType | undefined;
    for (const signature of signatures) {
      const instance = this.#instance(signature, types.length);
      if (instance === undefined || !this.#types.areAssignable(types, instance.parameters)) continue;
      const type = this.#types.resolve(instance.result);
      if (result === undefined) result = type;
      else if (!isDynOrError(result) && !isSameType(result, type)) result = dynType;
    }
    if (result !== undefined) return result;
    const shown = argumentsText(
      types.map((type) => this.resolved(type)),
      isMethod,
    );
    return this.report(offset, `found no matching overload for '${name}' applied to '${shown}'`);
  }

  /** A signature with type variables of its own, repeated parameters spelled out; undefined for another number of them. */
  #instance(
    { parameters, result, isVariadic }: Signature,
    count: number,
  ): { readonly parameters: readonly CelType[]; readonly result: CelType } | undefined {
    const last = parameters.at(-1);
    if (isVariadic && last !== undefined && count >= parameters.length - 1) {
      const repeated = Array.from({ length: count - parameters.length + 1 }, () => last);
      return { parameters: [...parameters.slice(0, -1), ...repeated], result };
    }
    if (count !== parameters.length) return undefined;
    const variables = new Map<string, CelType>();
    const instance = (type: CelType): CelType => {
      if (!type.isParameter) {
        return type.parameters.length === 0 ? type : { ...type, parameters: type.parameters.map(instance) };
      }
      const known = variables.get(type.name) ?? this.#types.freshVariable();
      variables.set(type.name, known);
      return known;
    };
    return { parameters: parameters.map(instance), result: instance(result) };
  }

  #identifier({ name, offset }: Of<"ident">, locals: Locals): CelType {
    const local = name.startsWith(".") ? undefined : locals.get(name);
    return local ?? this.#global(name) ?? this.#undeclared(name, offset);
  }

  #global(name: string): CelType | undefined {
    const { container, variables } = this.environment;
    for (const candidate of candidateNames(container, name)) {
      const type = variables.get(candidate) ?? typeValueType(candidate, this.environment);
      if (type !== undefined) return type;
    }
    return undefined;
  }

  #undeclared(name: string, offset: number): CelType {
    const { container } = this.environment;
    return this.report(
      offset,
      `undeclared reference to '${name.replace(/^\./, "")}' (in container '${container}')`,
    );
  }

  #select(ast: Of<"select">, locals: Locals): CelType {
    const name = ast.optional ? undefined : qualifiedName(ast);
    if (name !== undefined && !locals.has(firstName(name))) {
      const type = this.#global(name);
      if (type !== undefined) return type;
    }
    return this.#field(ast, this.check(ast.operand, locals), ast.optional);
  }

  #field(
    { field, offset }: { readonly field: string; readonly offset: number },
    operandType: CelType,
    isOptional: boolean,
  ): CelType {
    const operand = this.known(operandType);
    const inner = unwrapOptional(operand);
    const type = this.#fieldOf(this.known(inner ?? operand), field, offset);
    return isOptional || inner !== undefined ? optionalOf(type) : type;
  }

  #fieldOf(target: CelType, field: string, offset: number): CelType {
    if (target.isParameter) {
      this.settle(target);
      return dynType;
    }
    if (isDynOrError(target)) return dynType;
    if (target.name === "map") return target.parameters[1] ?? dynType;
    const { structs, messages } = this.environment;
    const struct = structs.get(target.name);
    const message = messages.find(({ isNamed }) => isNamed(target.name));
    if (struct === undefined && message === undefined) {
      this.report(offset, `type '${typeText(this.resolved(target))}' does not support field selection`);
      return dynType;
    }
    const type = struct === undefined ? messageField(message, target.name, field) : struct.fieldType(field);
    return type ?? this.report(offset, `undefined field '${field}'`);
  }

  #operator(name: string, operands: readonly Ast[], offset: number, locals: Locals): CelType {
    const types = operands.map((operand) => this.check(operand, locals));
    return this.resolve(name, operatorSignatures.get(name) ?? [], types, offset);
  }

  #call(ast: Of<"call">, locals: Locals): CelType {
    const operator = ast.target === undefined ? operatorSignatures.get(ast.name) : undefined;
    if (operator !== undefined) {
      const types = ast.arguments.map((argument) => this.check(argument, locals));
      return this.resolve(ast.name, operator, types, ast.offset);
    }
    // The arguments of a format are of any types, and so are lists and maps in them.
    const mayMix = ast.name === "format" ? 1 : 0;
    this.#mixedDepth += mayMix;
    const types = ast.arguments.map((argument) => this.check(argument, locals));
    const result = this.#named(ast, types, locals);
    this.#mixedDepth -= mayMix;
    return result;
  }

  /** `f(…)`, `namespace.f(…)` or `value.f(…)`. */
  #named(ast: Of<"call">, types: readonly CelType[], locals: Locals): CelType {
    if (ast.target === undefined) {
      return this.#function(ast.name, ast, types) ?? this.#undeclared(ast.name, ast.offset);
    }
    const namespace = qualifiedName(ast.target);
    const isNamespace = namespace !== undefined && !locals.has(firstName(namespace));
    const result = isNamespace ? this.#function(`${namespace}.${ast.name}`, ast, types) : undefined;
    return result ?? this.#method(ast, ast.target, types, locals);
  }

  #function(name: string, ast: Of<"call">, types: readonly CelType[]): CelType | undefined {
    const { functions, container } = this.environment;
    for (const candidate of candidateNames(container, name)) {
      const overloads = functions.get(candidate);
      if (overloads === undefined) continue;
      this.#literalArguments(candidate, ast.arguments);
      return this.resolve(candidate, signaturesOf(overloads), types, ast.offset);
    }
    return undefined;
  }

  #method(ast: Of<"call">, target: Ast, types: readonly CelType[], locals: Locals): CelType {
    const receiver = this.check(target, locals);
    const overloads = this.environment.methods.get(ast.name);
    if (overloads === undefined) return this.#undeclared(ast.name, ast.offset);
    this.#literalArguments(ast.name, ast.arguments);
    return this.resolve(ast.name, signaturesOf(overloads), [receiver, ...types], ast.offset, true);
  }

  #literalArguments(name: string, args: readonly Ast[]): void {
    const [first] = args;
    if (!this.environment.checksLiterals || first === undefined) return;
    const reason = literalProblem(name, first);
    if (reason !== undefined) this.#arguments.push({ offset: first.offset, reason });
  }

  #list({ elements }: Of<"list">, locals: Locals): CelType {
    const types = elements.map(({ value, optional }) => this.#element(value, optional, locals));
    this.#literals.push(this.#mixedDepth > 0 ? [] : types);
    return listOf(this.#joined(types));
  }

  #map({ entries }: Of<"map">, locals: Locals): CelType {
    const keys: LiteralTypes[] = [];
    const values: LiteralTypes[] = [];
    for (const { key, value, optional } of entries) {
      keys.push(this.#element(key, false, locals));
      values.push(this.#element(value, optional, locals));
    }
    if (this.#mixedDepth === 0) this.#literals.push(keys, values);
    return mapOf(this.#joined(keys), this.#joined(values));
  }

  #element(ast: Ast, isOptional: boolean, locals: Locals): LiteralTypes {
    const type = this.check(ast, locals);
    if (!isOptional) return { offset: ast.offset, type };
    const known = this.known(type);
    const inner = unwrapOptional(known);
    if (inner === undefined && !isDyn(known)) this.#mismatch(optionalOf(known), known, ast.offset);
    return { offset: ast.offset, type: inner ?? known };
  }

  /** The type that all elements have; `dyn` where they differ and may. */
  #joined(elements: readonly LiteralTypes[]): CelType {
    let joined: CelType | undefined;
    for (const { type } of elements) {
      if (joined === undefined) joined = type;
      else if (this.#types.isAssignable(joined, type)) joined = mostGeneral(joined, type);
      else joined = dynType;
    }
    return joined ?? this.freshVariable();
  }

  #mixedLiterals(): readonly TypeIssue[] {
    if (this.environment.mixesLiterals) return [];
    return this.#literals.flatMap(([first, ...rest]) => {
      if (first === undefined) return [];
      const expected = this.resolved(first.type);
      const other = rest.find(({ type }) => !isSameType(this.resolved(type), expected));
      if (other === undefined) return [];
      const reason = `expected type '${typeText(expected)}' but found '${typeText(this.resolved(other.type))}'`;
      return [{ offset: other.offset, reason }];
    });
  }

  #struct(ast: Of<"struct">, locals: Locals): CelType {
    const { messages, container } = this.environment;
    const name = candidateNames(container, ast.name).find((candidate) =>
      messages.some(({ isNamed }) => isNamed(candidate)),
    );
    const message = messages.find(({ isNamed }) => name !== undefined && isNamed(name));
    if (name === undefined || message === undefined) return this.#undeclared(ast.name, ast.offset);
    for (const field of ast.fields) {
      const value = this.check(field.value, locals);
      const expected = messageField(message, name, field.name);
      if (expected === undefined) this.report(field.offset, `undefined field '${field.name}'`);
      else this.#fieldValue(field, expected, value);
    }
    return message.resultType?.(name) ?? namedType(name);
  }

  #fieldValue(field: Of<"struct">["fields"][number], expected: CelType, value: CelType): void {
    const known = this.known(value);
    const inner = field.optional ? unwrapOptional(known) : known;
    if (inner === undefined && !isDynOrError(known)) {
      this.#mismatch(optionalOf(known), known, field.value.offset);
    } else if (!this.#types.isAssignable(expected, inner ?? known)) {
      const shown = `'${typeText(expected)}' but provided type is '${typeText(this.resolved(inner ?? known))}'`;
      this.report(field.offset, `expected type of field '${field.name}' is ${shown}`);
    }
  }

  #optionalMap(ast: Of<"optionalMap">, locals: Locals): CelType {
    const value = this.freshVariable();
    const operand = this.check(ast.operand, locals);
    if (!this.#types.isAssignable(optionalOf(value), operand)) {
      const shown = argumentsText([this.resolved(operand)], true);
      for (const method of ["hasValue", "value"]) {
        this.report(ast.offset, `found no matching overload for '${method}' applied to '${shown}'`);
      }
      this.#types.isAssignable(value, errorType);
    }
    const body = this.check(ast.body, withLocal(locals, ast.variable, this.known(value)));
    if (!ast.flat) return optionalOf(body);
    const none = optionalOf(this.freshVariable());
    return this.resolve("_?_:_", operatorSignatures.get("_?_:_") ?? [], [boolType, body, none], ast.offset);
  }

  #mismatch(expected: CelType, actual: CelType, offset: number): void {
    const [wanted, found] = [typeText(this.resolved(expected)), typeText(this.resolved(actual))];
    this.report(offset, `expected type '${wanted}' but found '${found}'`);
  }
}

function messageField(
  message: CelEnvironment["messages"][number] | undefined,
  name: string,
  field: string,
): CelType | undefined {
  return message?.fieldType === undefined ? dynType : message.fieldType(name, field);
}

const signatureLists = new WeakMap<readonly ReadyOverload[], readonly Signature[]>();

function signaturesOf(overloads: readonly ReadyOverload[]): readonly Signature[] {
  const known = signatureLists.get(overloads);
  if (known !== undefined) return known;
  const signatures = overloads.map(({ signature }) => signature);
  signatureLists.set(overloads, signatures);
  return signatures;
}

function firstName(qualified: string): string {
  return qualified.split(".")[0] ?? "";
}
