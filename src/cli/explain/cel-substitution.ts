import type { Ast } from "#engine/cel/syntax/ast.ts";

/** An expression with another one in place of a variable; loops that declare the same name keep theirs. */
export function withVariable(ast: Ast, name: string, value: Ast): Ast {
  const replace = (part: Ast): Ast => withVariable(part, name, value);
  switch (ast.kind) {
    case "literal":
      return ast;
    case "ident":
      return ast.name === name ? value : ast;
    case "select":
    case "has":
      return { ...ast, operand: replace(ast.operand) };
    case "index":
      return { ...ast, operand: replace(ast.operand), index: replace(ast.index) };
    case "call":
      return {
        ...ast,
        target: ast.target === undefined ? undefined : replace(ast.target),
        arguments: ast.arguments.map(replace),
      };
    case "logic":
      return { ...ast, operands: ast.operands.map(replace) };
    case "conditional":
      return {
        ...ast,
        condition: replace(ast.condition),
        whenTrue: replace(ast.whenTrue),
        whenFalse: replace(ast.whenFalse),
      };
    case "list":
      return { ...ast, elements: ast.elements.map((item) => ({ ...item, value: replace(item.value) })) };
    case "map":
      return {
        ...ast,
        entries: ast.entries.map((entry) => ({
          ...entry,
          key: replace(entry.key),
          value: replace(entry.value),
        })),
      };
    case "struct":
      return { ...ast, fields: ast.fields.map((field) => ({ ...field, value: replace(field.value) })) };
    case "comprehension": {
      const inner = ast.variables.includes(name) ? (part: Ast): Ast => part : replace;
      return {
        ...ast,
        range: replace(ast.range),
        predicate: ast.predicate === undefined ? undefined : inner(ast.predicate),
        transform: ast.transform === undefined ? undefined : inner(ast.transform),
      };
    }
    case "bind":
      return {
        ...ast,
        value: replace(ast.value),
        body: ast.variable === name ? ast.body : replace(ast.body),
      };
    case "optionalMap":
      return {
        ...ast,
        operand: replace(ast.operand),
        body: ast.variable === name ? ast.body : replace(ast.body),
      };
    default:
      return ast satisfies never;
  }
}
