import { renderXml } from "./xml.ts";
import type { XmlElement } from "./xml.ts";

/** One check. */
export interface JUnitCase {
  /** What is checked by: a rule. */
  readonly className: string;
  /** What is checked: an object. */
  readonly name: string;
  readonly outcome: "passed" | "failure" | "error" | "skipped";
  /** A word or two. */
  readonly type?: string;
  readonly message: string;
}

/** Checks that belong together. */
export interface JUnitSuite {
  readonly name: string;
  /** Where the suite comes from, such as its file. */
  readonly package?: string;
  readonly cases: readonly JUnitCase[];
}

/** A JUnit report. */
export function renderJUnit(suites: readonly JUnitSuite[]): string {
  const all = suites.flatMap(({ cases }) => cases);
  return renderXml({
    name: "testsuites",
    attributes: {
      name: "rearguard",
      tests: all.length,
      failures: count(all, "failure"),
      errors: count(all, "error"),
    },
    children: suites.map(suiteElement),
  });
}

function suiteElement({ name, package: from, cases }: JUnitSuite): XmlElement {
  return {
    name: "testsuite",
    attributes: {
      name,
      tests: cases.length,
      failures: count(cases, "failure"),
      errors: count(cases, "error"),
      skipped: count(cases, "skipped"),
      package: from,
    },
    children: cases.map(caseElement),
  };
}

function caseElement({ className, name, outcome, type, message }: JUnitCase): XmlElement {
  const attributes = { classname: className, name };
  if (outcome === "passed") return { name: "testcase", attributes };
  const detail: XmlElement =
    outcome === "skipped"
      ? { name: outcome, attributes: { message } }
      : { name: outcome, attributes: { message: firstLine(message), type }, children: [message] };
  return { name: "testcase", attributes, children: [detail] };
}

function count(cases: readonly JUnitCase[], outcome: JUnitCase["outcome"]): number {
  return cases.filter((one) => one.outcome === outcome).length;
}

function firstLine(text: string): string {
  return text.split("\n", 1)[0] ?? "";
}
