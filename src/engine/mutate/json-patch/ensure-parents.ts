import type { Json } from "../../values/json.ts";
import { PatchError } from "../patch-error.ts";
import { addMember, isContainer, memberOf, setMember } from "./containers.ts";
import type { Container } from "./containers.ts";
import { indexOf, unescapeSegment } from "./pointer.ts";

/** Elements that a patch may add in order to reach an index. */
const maxPadding = 10_000;

/**
 * The document with everything in it that an `add` needs: parents that do not exist are created, as a list where the next
 * segment is an index or `-`, and lists are filled up with nulls to the index. Throws a `PatchError`.
 */
export function ensureParents(document: Container, segments: readonly string[]): Container {
  const [first, second] = segments;
  if (first === undefined || second === undefined) return document;
  const key = unescapeSegment(first);
  const member = memberOf(document, key);
  const rest = segments.slice(1);
  if (member.found && member.value !== null) {
    if (!isContainer(member.value)) {
      throw new PatchError(`invalid state detected: ${key} is neither an object nor a list`);
    }
    const ensured = ensureParents(member.value, rest);
    if (ensured === member.value) return document;
    return key === "" ? ensured : setMember(document, key, ensured);
  }
  const padded = padTo(document, first);
  const created = ensureParents(emptyParent(second), rest);
  try {
    // A new parent goes by its segment as written, escapes included, and is then not found: Kyverno's own behaviour.
    return addMember(padded, first, created);
  } catch (error) {
    if (error instanceof PatchError) return padded;
    throw error;
  }
}

function padTo(container: Container, segment: string): Container {
  const index = indexOf(segment);
  if (index === undefined || !Array.isArray(container)) return container;
  return fill(container as readonly Json[], index);
}

function emptyParent(next: string): Container {
  const index = indexOf(next);
  if (index === undefined) return next === "-" ? [] : {};
  if (index < -1) {
    throw new PatchError(
      `Unable to ensure path for negative index other than -1: ${index}: invalid index referenced`,
    );
  }
  return fill([], Math.max(index, 0));
}

function fill(list: readonly Json[], length: number): readonly Json[] {
  const missing = length - list.length;
  if (missing <= 0) return list;
  if (missing > maxPadding) throw new PatchError(`index ${length} is too far behind the end of its list`);
  return [...list, ...Array.from({ length: missing }, () => null)];
}
