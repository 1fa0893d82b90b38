import { isRecord } from "#api/schema/path.ts";

import { rulePolicyOf } from "../policies/decode-policy.ts";
import type { LoadedPolicy } from "../policies/decode-policy.ts";
import { parseApiPath } from "./api-path.ts";
import { resourceNameOf } from "./kind-names.ts";

/** Which of the given objects policies may read beside the one at hand; these must be kept while the others stream by. */
export interface WantedObjects {
  /** True where no policy reads any. */
  readonly none: boolean;
  /** True where it cannot be told which. */
  readonly all: boolean;
  isWanted(kind: string): boolean;
}

/** Finds what API calls and mutations of existing objects name; where a variable stands for the kind, all are wanted. */
export function objectsReadBy(policies: readonly LoadedPolicy[]): WantedObjects {
  const plurals = new Set<string>();
  let all = false;
  const want = (plural: string | undefined): void => {
    if (plural === undefined || plural.includes(variable)) all = true;
    else plurals.add(plural);
  };
  for (const policy of policies) {
    // What expressions of CEL read cannot be told from their text.
    if (rulePolicyOf(policy) === undefined) all ||= readsOthers.test(JSON.stringify(policy.source));
    visit(policy.source, want);
  }
  return {
    none: !all && plurals.size === 0,
    all,
    isWanted: (kind) => all || plurals.has(resourceNameOf(kind)),
  };
}

const readsOthers = /\b(?:resource|globalContext)\./;

/** Stands for what only an evaluation can tell. */
const variable = "\u0001";

function visit(value: unknown, want: (plural: string | undefined) => void): void {
  if (Array.isArray(value)) {
    for (const item of value as readonly unknown[]) visit(item, want);
    return;
  }
  if (!isRecord(value)) return;
  if (Object.hasOwn(value, "globalReference")) want(undefined);
  const call = Object.hasOwn(value, "apiCall") ? value["apiCall"] : undefined;
  if (isRecord(call) && typeof call["urlPath"] === "string") want(pluralOf(call["urlPath"]));
  const parameters = Object.hasOwn(value, "paramKind") ? value["paramKind"] : undefined;
  if (isRecord(parameters) && typeof parameters["kind"] === "string")
    want(resourceNameOf(parameters["kind"]));
  const targets = Object.hasOwn(value, "targets") ? value["targets"] : undefined;
  for (const target of Array.isArray(targets) ? (targets as readonly unknown[]) : []) {
    const kind = isRecord(target) ? target["kind"] : undefined;
    if (typeof kind === "string")
      want(/[{*?]/.test(kind) ? undefined : resourceNameOf(kind.split("/")[0] ?? ""));
  }
  for (const item of Object.values(value)) visit(item, want);
}

function pluralOf(urlPath: string): string | undefined {
  const [path = ""] = urlPath.replaceAll(/\{\{.*?\}\}/gs, variable).split("?");
  return parseApiPath(path)?.resource;
}
