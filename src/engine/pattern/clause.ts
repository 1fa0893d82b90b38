import { goTypeName } from "../values/go-type-name.ts";
import { isList, isObject, own } from "../values/json.ts";
import type { Json, JsonObject } from "../values/json.ts";
import { parseAnchor } from "./anchor.ts";
import type { AnchorKind } from "./anchor.ts";
import type { PatternCompiler } from "./compiler.ts";
import type { MatchRun, Mismatch, PatternNode } from "./mismatch.ts";

/** Tests one entry of a pattern object against `resource[name]`. */
type ClauseTest = (resource: JsonObject, name: string, run: MatchRun) => Mismatch | undefined;

/** One entry of a pattern object. */
export interface Clause {
  /** The key as written, with its anchor. */
  readonly key: string;
  readonly kind: AnchorKind | "plain";
  /** The key of the resource that it speaks of. */
  readonly name: string;
  readonly test: ClauseTest;
}

/** Compiles the entry `key: pattern` of a pattern object. `node` is the pattern where it is not compiled as usual. */
export function compileClause(
  key: string,
  pattern: Json,
  compiler: PatternCompiler,
  depth: number,
  node?: PatternNode,
): Clause {
  const anchor = parseAnchor(key);
  const child = (): PatternNode => node ?? compiler.node(pattern, depth + 1);
  switch (anchor?.kind) {
    case "conditional":
      return { key, kind: "conditional", name: anchor.key, test: conditionalTest(child()) };
    case "equality":
      return { key, kind: "equality", name: anchor.key, test: equalityTest(child()) };
    case "negation":
      return { key, kind: "negation", name: anchor.key, test: testNegation };
    case "global":
      return { key, kind: "global", name: anchor.key, test: globalTest(child()) };
    case "existence":
      return { key, kind: "existence", name: anchor.key, test: existenceTest(pattern, compiler, depth) };
    default:
      return { key, kind: "plain", name: key, test: plainTest(pattern, child) };
  }
}

/** The child is not compiled for `"*"`, which asks for any value but null. */
function plainTest(pattern: Json, child: () => PatternNode): ClauseTest {
  if (pattern === "*") {
    return (resource, name, run) => {
      const value = own(resource, name);
      if (value !== undefined && value !== null) return undefined;
      run.miss({ kind: "present" }, value, name);
      return run.mismatch(`${run.path()}/${name} not found`);
    };
  }
  const node = child();
  return (resource, name, run) => at(name, own(resource, name), node, run);
}

function conditionalTest(node: PatternNode): ClauseTest {
  return (resource, name, run) => {
    const value = own(resource, name);
    if (value === undefined) run.miss({ kind: "key" }, value, name);
    const inner =
      value === undefined
        ? "conditional anchor key doesn't exist in the resource"
        : at(name, value, node, run)?.message;
    return inner === undefined ? undefined : skip(run, `conditional anchor mismatch: ${inner}`);
  };
}

function globalTest(node: PatternNode): ClauseTest {
  return (resource, name, run) => {
    const value = own(resource, name);
    if (value === undefined) return undefined;
    const inner = at(name, value, node, run);
    return inner === undefined ? undefined : skip(run, `global anchor mismatch: ${inner.message}`);
  };
}

function equalityTest(node: PatternNode): ClauseTest {
  return (resource, name, run) => {
    const value = own(resource, name);
    return value === undefined ? undefined : at(name, value, node, run);
  };
}

function testNegation(resource: JsonObject, name: string, run: MatchRun): Mismatch | undefined {
  if (!Object.hasOwn(resource, name)) return undefined;
  run.miss({ kind: "absent" }, own(resource, name), name);
  const path = `${run.path()}${name}/`;
  return {
    kind: "negation",
    path,
    message: `negation anchor matched in resource: ${path} is not allowed`,
  };
}

/** Each object of the pattern list must be matched by some element; an element that skips does not match. */
function existenceTest(pattern: Json, compiler: PatternCompiler, depth: number): ClauseTest {
  const nodes = isList(pattern)
    ? pattern.map((item) => (isObject(item) ? compiler.node(item, depth + 2) : undefined))
    : undefined;
  const invalidPattern = `invalid pattern type ${goTypeName(pattern, compiler.numbers)}: Pattern has to be`;
  return (resource, name, run) => {
    const value = own(resource, name);
    if (value === undefined) return undefined;
    if (!isList(value)) {
      run.miss({ kind: "list" }, value, name);
      return failAt(
        name,
        run,
        `invalid resource type ${goTypeName(value, run.numbers)}: ` +
          "Existence ^ () anchor can be used only on list/array type resource",
      );
    }
    if (nodes === undefined) {
      run.miss({ kind: "impossible" }, value, name);
      return failAt(name, run, `${invalidPattern} of list to compare against resource`);
    }
    for (const node of nodes) {
      if (node === undefined) {
        run.miss({ kind: "impossible" }, value, name);
        return failAt(name, run, `${invalidPattern} of type map to compare against items in resource`);
      }
      if (!hasMatch(value, name, node, run)) {
        run.miss({ kind: "someElement" }, value, name);
        return failAt(name, run, `existence anchor validation failed at path ${run.path()}${name}/`);
      }
    }
    return undefined;
  };
}

function failAt(name: string, run: MatchRun, message: string): Mismatch {
  return { kind: "plain", path: `${run.path()}${name}/`, message };
}

function hasMatch(list: readonly Json[], name: string, node: PatternNode, run: MatchRun): boolean {
  run.keys.push(name);
  const found = list.some((item, index) => at(index, item, node, run) === undefined);
  run.keys.pop();
  return found;
}

function skip(run: MatchRun, message: string): Mismatch {
  return { kind: "skip", path: run.path(), message };
}

/** Matches the value below `key`. */
export function at(
  key: string | number,
  value: Json | undefined,
  node: PatternNode,
  run: MatchRun,
): Mismatch | undefined {
  run.keys.push(key);
  const mismatch = node(value, run);
  run.keys.pop();
  return mismatch;
}
