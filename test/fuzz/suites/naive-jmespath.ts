import { isDeepStrictEqual } from "node:util";
import { isList, isObject } from "#engine/values/json.ts";
import type { Json } from "#engine/values/json.ts";
import type { Tree } from "./jmespath-trees.ts";

/** An object lacks a key. */
class Missing extends Error {}

const orNull = (evaluate: () => Json): Json => {
  try {
    return evaluate();
  } catch (error) {
    if (error instanceof Missing) return null;
    throw error;
  }
};

const isFalse = (value: Json): boolean => {
  if (value === null || value === false || value === "") return true;
  if (isList(value)) return value.length === 0;
  return isObject(value) && Object.keys(value).length === 0;
};

const select = (value: Json, name: string): Json => {
  if (!isObject(value)) return null;
  const entry = Object.entries(value).find(([key]) => key === name);
  if (entry === undefined) throw new Missing(name);
  return entry[1];
};

const compare = (by: string, left: Json, right: Json): Json => {
  if (by === "EQ") return isDeepStrictEqual(left, right);
  if (by === "NE") return !isDeepStrictEqual(left, right);
  if (typeof left !== "number" || typeof right !== "number") return null;
  if (by === "LT") return left < right;
  if (by === "LTE") return left <= right;
  return by === "GT" ? left > right : left >= right;
};

const walk = (tree: Tree, node: Json): Json => {
  const soft = (of: Tree, at: Json = node): Json => orNull(() => walk(of, at));
  switch (tree.is) {
    case "current":
      return node;
    case "field":
      return select(node, tree.name);
    case "literal":
      return tree.value;
    case "child":
      return select(walk(tree.of, node), tree.name);
    case "index": {
      const list = walk(tree.of, node);
      return isList(list) ? (list.at(tree.at) ?? null) : null;
    }
    case "pipe":
      return soft(tree.right, soft(tree.left));
    case "or": {
      const left = soft(tree.left);
      return isFalse(left) ? soft(tree.right) : left;
    }
    case "and": {
      const left = soft(tree.left);
      return isFalse(left) ? left : walk(tree.right, node);
    }
    case "not":
      return isFalse(soft(tree.of));
    case "compare":
      return compare(tree.by, soft(tree.left), soft(tree.right));
    case "each": {
      const list = soft(tree.of);
      return isList(list) ? list.filter((item) => item !== null) : null;
    }
    case "flatten": {
      const list = soft(tree.of);
      return isList(list) ? list.flatMap((item) => item).filter((item) => item !== null) : null;
    }
    case "values": {
      const object = soft(tree.of);
      if (!isObject(object)) return null;
      return Object.keys(object)
        .sort()
        .map((key) => select(object, key))
        .filter((item) => item !== null);
    }
    case "filter": {
      const list = soft(tree.of);
      if (!isList(list)) return null;
      return list.filter((item) => !isFalse(soft(tree.where, item)) && item !== null);
    }
    case "list":
      return node === null ? null : tree.members.map((member) => soft(member));
    case "hash":
      return node === null ? null : Object.fromEntries(tree.members.map(([name, of]) => [name, soft(of)]));
    default:
      return tree satisfies never;
  }
};

/** The value of a tree, or that a key is missing. It follows the rules as they are written and knows no shortcuts. */
export const naiveSearch = (
  tree: Tree,
  document: Json,
): { readonly value: Json } | { readonly missing: string } => {
  try {
    return { value: walk(tree, document) };
  } catch (error) {
    if (error instanceof Missing) return { missing: error.message };
    throw error;
  }
};
