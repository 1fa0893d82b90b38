import { compareText } from "../../values/go-format.ts";
import { Float, isList } from "../../values/json.ts";
import type { Json } from "../../values/json.ts";
import type { CallContext } from "./function-spec.ts";

const special = /[<>&\u2028\u2029]/g;

function htmlSafe(quoted: string): string {
  return quoted.replace(
    special,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

/**
 * JSON in the form of Go's encoder: keys sorted, integral doubles without a fraction, and `<`, `>` and `&` escaped where
 * `isHtmlSafe` says so.
 */
export function jsonText(value: Json, context: CallContext, isHtmlSafe = true): string {
  const quoted = (text: string): string => {
    const plain = JSON.stringify(text.toWellFormed());
    return isHtmlSafe ? htmlSafe(plain) : plain;
  };
  const parts: string[] = [];
  const emit = (text: string): void => {
    context.spend(Math.ceil(text.length / 10));
    parts.push(text);
  };
  const write = (part: Json): void => {
    if (typeof part === "string") return emit(quoted(part));
    if (part === null || typeof part !== "object") return emit(Object.is(part, -0) ? "-0" : String(part));
    if (part instanceof Float) return emit(Object.is(part.value, -0) ? "-0" : String(part.value));
    if (isList(part)) {
      emit("[");
      for (const [index, item] of part.entries()) {
        if (index > 0) emit(",");
        write(item);
      }
      return emit("]");
    }
    emit("{");
    for (const [index, key] of Object.keys(part).sort(compareText).entries()) {
      emit(`${index > 0 ? "," : ""}${quoted(key)}:`);
      write(part[key] ?? null);
    }
    return emit("}");
  };
  write(value);
  return parts.join("");
}
