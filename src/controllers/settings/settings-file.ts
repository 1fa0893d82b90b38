import { isMap, isScalar, LineCounter, parseDocument } from "yaml";
import type { RawSetting, SettingProblem } from "./setting-source.ts";

export type SettingsFile =
  | { readonly ok: true; readonly settings: readonly RawSetting[] }
  | { readonly ok: false; readonly problem: SettingProblem };

/**
 * Reads a settings file: a YAML map by name of setting. Each setting knows its line. A file that is no map, or no YAML,
 * is one problem, and what was in force before stays.
 */
export function parseSettingsFile(content: string, path: string): SettingsFile {
  const lines = new LineCounter();
  const document = parseDocument(content, { lineCounter: lines, uniqueKeys: true });
  const lineOf = (offset: number | undefined): string => `${path}:${lines.linePos(offset ?? 0).line}`;
  const bad = (where: string, problem: string): SettingsFile => ({
    ok: false,
    problem: { source: "file", where, key: "(file)", problem },
  });
  const [error] = document.errors;
  if (error !== undefined) return bad(lineOf(error.pos[0]), error.message.split("\n")[0] ?? "not YAML");
  const { contents } = document;
  if (contents === null || (isScalar(contents) && contents.value === null)) return { ok: true, settings: [] };
  if (!isMap(contents)) return bad(lineOf(contents.range?.[0]), "expected a map by name of setting");
  const settings = contents.items.map(({ key, value }): RawSetting => {
    const isPlainKey = isScalar(key);
    return {
      key: isPlainKey ? String(key.value) : "(complex key)",
      raw: toPlain(value, document),
      where: lineOf(isPlainKey ? key.range?.[0] : undefined),
    };
  });
  return { ok: true, settings };
}

function toPlain(node: unknown, document: ReturnType<typeof parseDocument>): unknown {
  const isNode = typeof node === "object" && node !== null && "toJS" in node;
  return isNode
    ? (node as { toJS(doc: unknown, options: object): unknown }).toJS(document, { maxAliasCount: 100 })
    : node;
}
