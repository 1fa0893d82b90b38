import { isList, isObject } from "../values/json.ts";
import type { Json } from "../values/json.ts";
import { at } from "./clause.ts";
import type { PatternCompiler } from "./compiler.ts";
import { combineSkips } from "./mismatch.ts";
import type { MatchRun, Mismatch, PatternNode } from "./mismatch.ts";

/** Tests a list that is known to be one. */
type ListTest = (resource: readonly Json[], run: MatchRun) => Mismatch | undefined;

/**
 * A node for a pattern list. Its first element decides: an object or a scalar is applied to every element of the
 * resource and what follows it is ignored; a list makes the pattern positional.
 */
export function compileList(pattern: readonly Json[], compiler: PatternCompiler, depth: number): PatternNode {
  const test = compileListTest(pattern, compiler, depth);
  return (resource, run) => {
    run.visit();
    if (isList(resource)) return test(resource, run);
    run.miss({ kind: "list" }, resource);
    return run.mismatch(
      `validation rule failed at path ${run.path()}, resource does not satisfy the expected overlay pattern`,
    );
  };
}

function compileListTest(pattern: readonly Json[], compiler: PatternCompiler, depth: number): ListTest {
  const [first] = pattern;
  if (first === undefined) {
    return (found, run) => {
      run.miss({ kind: "impossible" }, found);
      return run.mismatch("pattern Array empty");
    };
  }
  if (isList(first)) return positionalTest(pattern, compiler, depth);
  const node = compiler.node(first, depth + 1);
  return isObject(first) ? everyElementTest(node) : node;
}

function everyElementTest(node: PatternNode): ListTest {
  const nodeAt = (): PatternNode => node;
  return (resource, run) => testElements(resource, resource.length, nodeAt, run);
}

function positionalTest(pattern: readonly Json[], compiler: PatternCompiler, depth: number): ListTest {
  const nodes = pattern.map((item) => compiler.node(item, depth + 1));
  const nodeAt = (index: number): PatternNode | undefined => nodes[index];
  return (resource, run) => {
    if (resource.length >= nodes.length) return testElements(resource, nodes.length, nodeAt, run);
    run.miss({ kind: "elements", count: nodes.length }, resource);
    return {
      kind: "plain",
      path: "",
      message:
        "validate Array failed, array length mismatch, " +
        `resource Array len is ${resource.length} and pattern Array len is ${nodes.length}`,
    };
  };
}

/** A list skips where some elements skip and none applies. */
function testElements(
  resource: readonly Json[],
  count: number,
  nodeAt: (index: number) => PatternNode | undefined,
  run: MatchRun,
): Mismatch | undefined {
  let skips: Mismatch[] | undefined;
  let applied = false;
  for (let index = 0; index < count; index++) {
    const node = nodeAt(index);
    const mismatch = node === undefined ? undefined : at(index, resource[index], node, run);
    if (mismatch === undefined) applied = true;
    else if (mismatch.kind === "skip") (skips ??= []).push(mismatch);
    else return mismatch;
  }
  return skips === undefined || applied ? undefined : combineSkips(skips, run);
}
