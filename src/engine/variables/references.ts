import { QueryError } from "../errors.ts";
import { formatFloatFixed, formatInt } from "../values/go-format.ts";
import { floatOf, isList, isObject, objectOf } from "../values/json.ts";
import type { Json, NumberMode } from "../values/json.ts";
import { memberPath } from "./document-path.ts";
import { scanReferences, unescapeReferences } from "./reference-scan.ts";

/** True where a document may hold `$(…)` references, escaped ones included. */
export function mentionsReferences(document: Json): boolean {
  if (typeof document === "string") return document.includes("$(");
  if (isList(document)) return document.some(mentionsReferences);
  if (!isObject(document)) return false;
  return Object.entries(document).some(([key, value]) => key.includes("$(") || mentionsReferences(value));
}

/**
 * The document with its `$(path)` references replaced by the texts that stand at those paths of the document itself.
 * A reference may begin with a comparison operator and then takes numbers too. Throws a `QueryError`.
 */
export function resolveReferences(document: Json, numbers: NumberMode): Json {
  const leaves = new Map<string, Json>();
  collectLeaves(document, "", leaves);
  return resolveNode(document, "", { leaves, numbers });
}

interface Resolver {
  /** The scalars of the document by path, without anchors. */
  readonly leaves: ReadonlyMap<string, Json>;
  readonly numbers: NumberMode;
}

function collectLeaves(node: Json, path: string, leaves: Map<string, Json>): void {
  if (isList(node)) {
    for (const [index, item] of node.entries()) collectLeaves(item, `${path}/${index}`, leaves);
  } else if (isObject(node)) {
    for (const [key, value] of Object.entries(node)) collectLeaves(value, memberPath(path, key), leaves);
  } else {
    leaves.set(withoutAnchors(path), node);
  }
}

function resolveNode(node: Json, path: string, resolver: Resolver): Json {
  if (typeof node === "string") return resolveText(node, path, resolver);
  if (isList(node)) return node.map((item, index) => resolveNode(item, `${path}/${index}`, resolver));
  if (!isObject(node)) return node;
  return objectOf(
    Object.entries(node).map(([key, value]) => [
      resolveText(key, path, resolver),
      resolveNode(value, memberPath(path, key), resolver),
    ]),
  );
}

function resolveText(text: string, path: string, resolver: Resolver): string {
  if (!text.includes("$(")) return text;
  let result = "";
  let from = 0;
  for (const { start, end } of scanReferences(text)) {
    result += text.slice(from, start) + resolveReference(text.slice(start, end), path, resolver);
    from = end;
  }
  return unescapeReferences(result + text.slice(from));
}

function resolveReference(reference: string, path: string, resolver: Resolver): string {
  const [operator, relative] = splitOperator(reference.replace(/^[$()]+|[$()]+$/g, ""));
  if (relative === "") throw failure(reference, path, "expected path, found empty reference");
  // The paths of the document lose their anchors and this one does not: references work only from outside of anchors.
  const target = joinPath(path, relative);
  const value = resolver.leaves.get(target) ?? null;
  if (operator === "") {
    if (typeof value === "string") return value;
    if (value === null) {
      throw new QueryError("failed", `got nil resolved variable ${reference} at path ${path}: <nil>`);
    }
    throw new QueryError(
      "failed",
      `NotResolvedReferenceErr,reference ${reference} not resolved at path ${path}`,
    );
  }
  const text = operandText(value, resolver.numbers);
  if (text === undefined) {
    const shown = typeof value === "boolean" ? String(value) : "<nil>";
    const reason = `incorrect expression: operator ${operator} does not match with value ${shown}`;
    throw failure(reference, path, reason);
  }
  return operator + text;
}

function failure(reference: string, path: string, reason: string): QueryError {
  return new QueryError("failed", `failed to resolve ${reference} at path ${path}: ${reason}`);
}

function splitOperator(text: string): readonly [operator: string, path: string] {
  if (text.length < 2) return ["", text];
  const operator = [">=", "<=", ">", "<", "!"].find((candidate) => text.startsWith(candidate)) ?? "";
  return [operator, text.slice(operator.length)];
}

function operandText(value: Json, numbers: NumberMode): string | undefined {
  if (typeof value === "string") return value;
  const float = floatOf(value, numbers);
  if (float !== undefined) return formatFloatFixed(float);
  return typeof value === "number" || typeof value === "bigint" ? formatInt(value) : undefined;
}

/** Joins a path and a relative one, and resolves `.` and `..`. */
function joinPath(path: string, relative: string): string {
  const segments: string[] = [];
  for (const segment of (relative.startsWith("/") ? relative : `${path}/${relative}`).split("/")) {
    if (segment === "..") segments.pop();
    else if (segment !== "" && segment !== ".") segments.push(segment);
  }
  return `/${segments.join("/")}`;
}

const anchor = /^[+<=X^]?\((.+)\)$/;

function withoutAnchors(path: string): string {
  if (!path.includes("(")) return path;
  return path
    .split("/")
    .map((segment) => anchor.exec(segment)?.[1] ?? segment)
    .join("/");
}
