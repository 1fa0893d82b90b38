import type { ContextEntry } from "#api/kyverno/context.ts";
import type { Rule } from "#api/kyverno/rule.ts";

import { parseImageReference } from "../context/image-reference.ts";
import { isFilled, isSet } from "./report.ts";
import { syntaxProblem } from "./syntax.ts";
import type { Report } from "./report.ts";

const reserved = [
  "images",
  "request",
  "serviceAccountName",
  "serviceAccountNamespace",
  "element",
  "elementIndex",
] as const;

/** Reports context entries of a rule that cannot be loaded or hide what is always there. */
export function reportContextEntries(rule: Rule, path: string, namespaced: boolean, report: Report): void {
  const entries = rule.context ?? [];
  if (entries.length > 0 && isFilled(rule.validate?.cel)) {
    report(`${path}.context`, "context variables are not supported for CEL expressions in validate rules");
    return;
  }
  for (const [index, entry] of entries.entries()) {
    const at = `${path}.context[${index}]`;
    reportName(entry.name, `${at}.name`, report);
    reportSource(entry, at, namespaced, report);
  }
}

function reportName(name: string, path: string, report: Report): void {
  if (name === "") report(path, "a name is required for context entries");
  const variable = reserved.find((taken) => name === taken || name.startsWith(`${taken}.`));
  if (variable !== undefined) {
    report(path, `entry name ${name} is invalid as it conflicts with a pre-defined variable ${variable}`);
  }
}

function reportSource(entry: ContextEntry, path: string, namespaced: boolean, report: Report): void {
  const { configMap, apiCall, imageRegistry, variable, globalReference } = entry;
  const sources = [configMap, apiCall, imageRegistry, variable, globalReference].filter(isSet);
  if (sources.length !== 1) {
    report(
      path,
      "exactly one of configMap or apiCall or imageRegistry or variable is required for context entries",
    );
    return;
  }
  if (configMap !== undefined) reportConfigMap(configMap, `${path}.configMap`, report);
  if (variable !== undefined) reportVariable(variable, `${path}.variable`, report);
  if (apiCall !== undefined) {
    if ((apiCall.urlPath ?? "") !== "" && apiCall.service !== undefined) {
      report(`${path}.apiCall.urlPath`, "a URLPath cannot be used for service API calls");
    }
    reportQuery(apiCall.jmesPath, `${path}.apiCall.jmesPath`, report);
  }
  if (globalReference !== undefined) {
    const at = `${path}.globalReference`;
    if (namespaced) report(at, "globalReference is not allowed in namespaced policies");
    if (globalReference.name === "") {
      report(`${at}.name`, "a name is required for globalReference context entry");
    }
    reportQuery(globalReference.jmesPath, `${at}.jmesPath`, report);
  }
  if (imageRegistry !== undefined) {
    const { reference } = imageRegistry;
    const at = `${path}.imageRegistry.reference`;
    if (reference === "") report(at, "a ref is required for imageRegistry context entry");
    else if (!reference.includes("{{") && parseImageReference(reference) === undefined) {
      report(at, `bad image: ${reference}: it is no image reference`);
    }
    reportQuery(imageRegistry.jmesPath, `${path}.imageRegistry.jmesPath`, report);
  }
}

function reportConfigMap(
  { name, namespace }: NonNullable<ContextEntry["configMap"]>,
  path: string,
  report: Report,
): void {
  if (name === "") report(`${path}.name`, "a name is required for configMap context entry");
  if ((namespace ?? "") === "") {
    report(`${path}.namespace`, "a namespace is required for configMap context entry");
  }
}

function reportVariable(
  { value, jmesPath = "", default: fallback }: NonNullable<ContextEntry["variable"]>,
  path: string,
  report: Report,
): void {
  reportQuery(jmesPath, `${path}.jmesPath`, report);
  if (jmesPath !== "") return;
  if (!isSet(value)) report(path, "a variable must define a value or a jmesPath expression");
  if (isSet(fallback)) {
    report(path, "a variable must define a default value only when a jmesPath expression is defined");
  }
}

/** An expression that holds variables is only known when these are. */
function reportQuery(jmesPath: string | undefined, path: string, report: Report): void {
  if (jmesPath === undefined || jmesPath === "" || jmesPath.includes("{{")) return;
  const problem = syntaxProblem(jmesPath);
  if (problem !== undefined) report(path, `failed to parse JMESPath ${jmesPath}: ${problem}`);
}
