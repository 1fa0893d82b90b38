import { createHash } from "node:crypto";
import { isAbsolute } from "node:path";
import { pathToFileURL } from "node:url";

import type { PolicyReportResult } from "#api/reports/policy-report.ts";

import { resourceText } from "./resource-text.ts";

/** A result with the place of its object. */
export interface LocatedResult {
  readonly result: PolicyReportResult;
  readonly file: string;
  /** From 1. */
  readonly line: number;
}

/** What people read about a rule of a policy. */
export interface RuleInfo {
  readonly title: string;
  readonly description: string;
  readonly severity: string;
  readonly category: string;
}

/** What a run has to say. */
export interface SarifInput {
  readonly results: readonly LocatedResult[];
  /** Documents that could not be read, and policies that take no part. */
  readonly problems: readonly string[];
  /** By the name of the policy as results have it. */
  readonly infoOf: (policy: string) => RuleInfo | undefined;
}

type Level = "error" | "warning" | "note" | "none";

/** Weights of GitHub's code scanning, whose bounds are 9, 7, 4 and 0. */
const securitySeverity: Readonly<Record<string, string>> = {
  critical: "9.5",
  high: "8.0",
  medium: "5.5",
  low: "2.0",
  info: "0.0",
};

/**
 * A SARIF 2.1.0 log: rules with what their policies say of themselves, a result for each violation with file and line of
 * the object, and a fingerprint that stays while policy, rule and object keep their names.
 */
export function renderSarif({ results, problems, infoOf }: SarifInput): string {
  const ids = [...new Set(results.map(({ result }) => ruleId(result)))].toSorted();
  const policies = new Map(results.map(({ result }) => [ruleId(result), result]));
  const log = {
    $schema: "https://json.schemastore.org/sarif-2.1.0.json",
    version: "2.1.0",
    runs: [
      {
        tool: {
          driver: {
            name: "Rearguard",
            rules: ids.map((id) => {
              const result = policies.get(id);
              return ruleOf(id, result, result === undefined ? undefined : infoOf(result.policy));
            }),
          },
        },
        columnKind: "utf16CodeUnits",
        invocations: [
          {
            executionSuccessful: problems.length === 0,
            toolExecutionNotifications: problems.map((text) => ({ level: "error", message: { text } })),
          },
        ],
        results: results.map((located) => resultOf(located, ids)),
      },
    ],
  };
  return `${JSON.stringify(log, undefined, 2)}\n`;
}

function ruleId({ policy, rule = "" }: PolicyReportResult): string {
  return rule === "" ? policy : `${policy}/${rule}`;
}

function ruleOf(id: string, result: PolicyReportResult | undefined, info: RuleInfo | undefined): object {
  const { title = "", description = "", severity = "", category = "" } = info ?? {};
  const name = title === "" ? id : title;
  const weight = Object.hasOwn(securitySeverity, severity) ? securitySeverity[severity] : undefined;
  return {
    id,
    name: result?.rule ?? result?.policy ?? id,
    shortDescription: { text: name },
    fullDescription: { text: description === "" ? name : description },
    defaultConfiguration: { level: failLevel(severity) },
    properties: {
      tags: ["security", "kubernetes", ...(category === "" ? [] : [category])],
      ...(weight === undefined ? {} : { "security-severity": weight }),
    },
  };
}

function resultOf({ result, file, line }: LocatedResult, ids: readonly string[]): object {
  const id = ruleId(result);
  const subject = result.resources?.[0] ?? {};
  const name = resourceText(subject);
  const { apiVersion = "" } = subject;
  const text = result.message ?? result.result ?? "";
  const kind = kindOf(result.result);
  return {
    ruleId: id,
    ruleIndex: ids.indexOf(id),
    ...(kind === "fail" ? {} : { kind }),
    level: kind === "fail" ? levelOf(result) : "none",
    message: { text: `${name}: ${text}` },
    locations: [
      {
        ...(file.startsWith("<")
          ? {}
          : { physicalLocation: { artifactLocation: { uri: uriOf(file) }, region: { startLine: line } } }),
        logicalLocations: [{ fullyQualifiedName: `${apiVersion}/${name}`, kind: "resource" }],
      },
    ],
    partialFingerprints: { "policyRuleResource/v1": fingerprint([id, apiVersion, name]) },
  };
}

/** Only what is wrong is a `fail`; the other kinds have no level. */
function kindOf(result: string | undefined): "fail" | "pass" | "notApplicable" {
  if (result === "pass") return "pass";
  return result === "skip" ? "notApplicable" : "fail";
}

function levelOf({ result, severity }: PolicyReportResult): Level {
  if (result === "warn") return "warning";
  return result === "error" ? "error" : failLevel(severity ?? "");
}

function failLevel(severity: string): Level {
  if (severity === "medium") return "warning";
  return severity === "low" || severity === "info" ? "note" : "error";
}

function uriOf(file: string): string {
  if (isAbsolute(file)) return pathToFileURL(file).href;
  return file
    .replaceAll("\\", "/")
    .replace(/^(?:\.\/)+/, "")
    .split("/")
    .map(encodeURIComponent)
    .join("/");
}

function fingerprint(parts: readonly string[]): string {
  return createHash("sha256").update(JSON.stringify(parts)).digest("hex").slice(0, 32);
}
