import { parseAnchor } from "../pattern/anchor.ts";
import { isList, isObject } from "../values/json.ts";
import type { Json } from "../values/json.ts";
import type { Report } from "./report.ts";

/** Reports keys of a pattern that look like anchors and are none of validation, and existence anchors without a list. */
export function reportPattern(pattern: unknown, path: string, report: Report): void {
  walk((pattern ?? null) as Json, path, (key, value, at) => reportAnchor(key, value, at, report));
}

/** Reports anchors in an object that is made as it is written. */
export function reportForeignAnchors(document: unknown, path: string, report: Report): void {
  walk((document ?? null) as Json, path, (key, _value, at) => {
    if (parseAnchor(key) === undefined) return;
    report(at, `anchors not supported on generate resources: unsupported anchor ${key}`);
  });
}

type KeyVisitor = (key: string, value: Json, path: string) => void;

function walk(document: Json, path: string, visit: KeyVisitor): void {
  if (isList(document)) {
    for (const [index, item] of document.entries()) walk(item, `${path}[${index}]`, visit);
  } else if (isObject(document)) {
    for (const [key, value] of Object.entries(document)) {
      visit(key, value, `${path}.${key}`);
      walk(value, `${path}.${key}`, visit);
    }
  }
}

function reportAnchor(key: string, value: Json, path: string, report: Report): void {
  const anchor = parseAnchor(key);
  if (anchor === undefined) return;
  if (anchor.kind === "add") report(path, `unsupported anchor ${key}`);
  if (anchor.kind !== "existence") return;
  if (!isList(value)) report(path, "existence anchor should have value of type list");
  else if (value.length === 0) report(path, "existence anchor: should have at least one value");
}
