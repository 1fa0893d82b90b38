import { compileWildcard } from "#engine/values/wildcard.ts";

import { UsageError } from "../usage-error.ts";
import type { ExpectedResult } from "./test-file.ts";

/** Which results of tests are looked at. */
export interface TestSelector {
  /** The result as it is to be checked; undefined where it is left out. */
  select(result: ExpectedResult): ExpectedResult | undefined;
}

const fields = ["policy", "rule", "resource"] as const;
type Field = (typeof fields)[number];

/**
 * Reads `policy=*,rule=*,resource=*`, where `*` and `?` are wildcards and what is left out matches everything. A pattern
 * for resources leaves those that match. Throws a `UsageError`.
 */
export function parseTestSelector(text: string): TestSelector {
  const patterns = new Map(parsePairs(text));
  const matches = (field: Field): ((value: string) => boolean) => {
    const pattern = patterns.get(field) ?? "*";
    return pattern === "*" ? () => true : compileWildcard(pattern);
  };
  const policy = matches("policy");
  const rule = matches("rule");
  const resource = matches("resource");
  const everyResource = (patterns.get("resource") ?? "*") === "*";
  return {
    select(result) {
      if (!policy(result.policy)) return undefined;
      // A result without a rule is about all of them.
      if (result.rule !== undefined && result.rule !== "" && !rule(result.rule)) return undefined;
      if (everyResource || result.resources === undefined) return result;
      const resources = result.resources.filter((name) => resource(name) || resource(lastPart(name)));
      return resources.length === 0 ? undefined : { ...result, resources };
    },
  };
}

function parsePairs(text: string): readonly (readonly [Field, string])[] {
  return text
    .split(",")
    .filter((part) => part.trim() !== "")
    .map((part) => {
      const [key = "", pattern = "", ...rest] = part.split("=").map((side) => side.trim());
      const field = fields.find((name) => name === key);
      if (field === undefined || pattern === "" || rest.length > 0) {
        throw new UsageError(`--test-case-selector ${part}: write policy=PATTERN, rule=… or resource=…`);
      }
      return [field, pattern] as const;
    });
}

function lastPart(name: string): string {
  return name.slice(name.lastIndexOf("/") + 1);
}
