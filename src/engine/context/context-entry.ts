import type { ContextEntry } from "#api/kyverno/context.ts";

import { QueryError } from "../errors.ts";
import type { Json, JsonObject } from "../values/json.ts";
import { isObject, own } from "../values/json.ts";
import { compileTemplate } from "../variables/template.ts";
import { compileApiCall } from "./api-call-entry.ts";
import type { ContextRequest } from "./context-source.ts";
import { compileMention } from "./mention.ts";
import { applyPath, ask, renderText } from "./outside.ts";
import { registryAccess } from "./registry-access.ts";
import type { Loader } from "./outside.ts";
import type { RuleContext } from "./rule-context.ts";
import { compileVariable } from "./variable-entry.ts";

/** One context entry, compiled. */
export interface CompiledEntry {
  readonly name: string;
  /** True where an object is laid over one of the same name; otherwise the value replaces what was there. */
  readonly merges: boolean;
  isMentionedIn(expression: string): boolean;
  /**
   * The value, or undefined where such entries are not served at all. Throws `QueryError`, `BudgetExceeded` or a
   * `Suspension`.
   */
  load(context: RuleContext): Json | undefined;
}

/**
 * Compiles an entry. `policyNamespace` is absent for a cluster policy. Throws a `QueryError` for an entry without a
 * source.
 */
export function compileContextEntry(entry: ContextEntry, policyNamespace: string | undefined): CompiledEntry {
  const { name } = entry;
  return {
    name,
    merges: entry.variable === undefined,
    isMentionedIn: compileMention(name),
    load: compileLoader(entry, policyNamespace),
  };
}

function compileLoader(entry: ContextEntry, policyNamespace: string | undefined): Loader {
  const { name, apiCall, configMap, globalReference, imageRegistry, variable } = entry;
  if (variable !== undefined) return compileVariable(name, variable);
  if (configMap !== undefined) return compileConfigMap(name, configMap, policyNamespace);
  if (apiCall !== undefined) return compileApiCall(name, apiCall);
  if (globalReference !== undefined) {
    return compileLookup(name, globalReference.name, globalReference.jmesPath, globalRequest);
  }
  if (imageRegistry !== undefined) {
    const access = registryAccess(imageRegistry.imageRegistryCredentials, [], undefined);
    return compileLookup(name, imageRegistry.reference, imageRegistry.jmesPath, (reference) => ({
      kind: "imageRegistry",
      reference,
      ...(access === undefined ? {} : { access }),
    }));
  }
  throw new QueryError("failed", `context entry ${name} names no source`);
}

function compileConfigMap(
  entry: string,
  reference: { readonly name: string; readonly namespace?: string },
  policyNamespace: string | undefined,
): Loader {
  const name = compileTemplate(reference.name);
  const namespace = compileTemplate(reference.namespace ?? "");
  return (context) => {
    const given = renderText(namespace, context, entry, "namespace");
    const target = given === "" ? (policyNamespace ?? "default") : given;
    const mapName = renderText(name, context, entry, "name");
    if (policyNamespace !== undefined && target !== policyNamespace) {
      throw notRetrieved(
        entry,
        `a Policy may read ConfigMaps of its own namespace ${policyNamespace} only, not of ${target}`,
      );
    }
    try {
      const value = ask(context, { kind: "configMap", namespace: target, name: mapName });
      return value === undefined ? undefined : configMapData(value);
    } catch (error) {
      throw error instanceof QueryError ? notRetrieved(entry, error.message) : error;
    }
  };
}

function notRetrieved(entry: string, reason: string): QueryError {
  return new QueryError("failed", `failed to retrieve config map for context entry ${entry}: ${reason}`);
}

function configMapData(value: Json): JsonObject {
  const map = isObject(value) ? value : {};
  return { data: own(map, "data") ?? null, metadata: own(map, "metadata") ?? null };
}

/** An entry that is one name to look up and a path into what is found. */
function compileLookup(
  entry: string,
  reference: string,
  jmesPath: string | undefined,
  requestFor: (name: string) => ContextRequest,
): Loader {
  const name = compileTemplate(reference);
  const path = jmesPath === undefined || jmesPath === "" ? undefined : compileTemplate(jmesPath);
  return (context: RuleContext) => {
    const value = ask(context, requestFor(renderText(name, context, entry, "name")));
    if (value === undefined || path === undefined) return value;
    return applyPath(context, renderText(path, context, entry, "jmesPath"), value, entry);
  };
}

/** `entry` or `entry.projection`; what follows a second dot does not count. */
function globalRequest(name: string): ContextRequest {
  const [entry = "", projection = ""] = name.split(".");
  return projection === ""
    ? { kind: "globalReference", entry }
    : { kind: "globalReference", entry, projection };
}
