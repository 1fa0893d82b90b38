import type { ImageValidatingPolicySpec } from "#api/policies/image-validating-policy.ts";

import { CelCompileError, compileExpression } from "../cel-policy/compile-expression.ts";
import type { CelClock } from "../cel/compile/frame.ts";
import { kindEnvironment } from "../cel/environments/kind-environment.ts";
import { compiledPattern } from "../cel/functions/patterns.ts";
import { CelError } from "../cel/values/cel-error.ts";

/** True for an image that a policy is about. Throws a `CelError` where an expression has no answer. */
export type ReferenceTest = (image: string, clock: CelClock) => boolean;

/**
 * Compiles `matchImageReferences`: an image is meant by any of them, and by none at all everything is. Throws a
 * `CelCompileError`.
 */
export function compileReferences(
  references: ImageValidatingPolicySpec["matchImageReferences"],
): ReferenceTest {
  const tests = (references ?? []).map(({ glob = "", expression }, index): ReferenceTest => {
    if (expression === undefined) return readGlob(glob, `matchImageReferences[${index}].glob`);
    const field = `matchImageReferences[${index}].expression`;
    const program = compileExpression(expression, kindEnvironment("ImageReference"), field, "bool");
    return (image, clock) => {
      const result = program.evaluate({ get: (name) => (name === "ref" ? image : undefined) }, clock);
      if (result.kind === "error") throw new CelError(result.message);
      return result.value === true;
    };
  });
  return tests.length === 0 ? () => true : (image, clock) => tests.some((matches) => matches(image, clock));
}

function readGlob(glob: string, field: string): (text: string) => boolean {
  try {
    return compileGlob(glob);
  } catch (error) {
    if (error instanceof CelError) throw new CelCompileError(field, error.message);
    throw error;
  }
}

/** A glob without separators: `*` crosses slashes; `?`, `[a-z]`, `[!a]` and `{a,b}` are known. */
export function compileGlob(glob: string): (text: string) => boolean {
  const pattern = compiledPattern(`^(?s:${globPattern(glob)})$`);
  return (text) => pattern.matcher(text).find();
}

function globPattern(glob: string): string {
  let out = "";
  let depth = 0;
  for (let index = 0; index < glob.length; index++) {
    const char = glob[index] ?? "";
    const end = char === "[" ? glob.indexOf("]", index + 1) : -1;
    if (char === "*") out += ".*";
    else if (char === "?") out += ".";
    else if (char === "\\") out += escaped(glob[++index] ?? "\\");
    else if (end > index + 1) {
      const members = glob.slice(index + 1, end);
      const negated = members.startsWith("!");
      out += `[${negated ? "^" : ""}${(negated ? members.slice(1) : members).replaceAll(/[\\^[]/g, String.raw`\$&`)}]`;
      index = end;
    } else if (char === "{") {
      depth += 1;
      out += "(?:";
    } else if (char === "}" && depth > 0) {
      depth -= 1;
      out += ")";
    } else if (char === "," && depth > 0) out += "|";
    else out += escaped(char);
  }
  return out + ")".repeat(depth);
}

function escaped(char: string): string {
  return char.replace(/[\\^$.|?*+()[\]{}]/, String.raw`\$&`);
}
