import assert from "node:assert/strict";
import * as fc from "fast-check";
import type { LabelSelector } from "#api/schema/metadata.ts";
import { compileLabelSelector } from "#engine/match/label-selector.ts";
import { matchesKind, parseKindSelector } from "#engine/match/kind-selector.ts";
import { hostileKeys, hostileTexts } from "../arbitraries/json.ts";
import { property } from "../suite.ts";
import type { FuzzSuite } from "../suite.ts";
import { naiveWildcard } from "./wildcards.ts";

const keys = fc.constantFrom("app", "a/b", "team", "app.io/name", "constructor", "x".repeat(63));
const values = fc.constantFrom("web", "db", "", "a-b.c", "v1");
const labelMaps = fc.dictionary(keys, values, { maxKeys: 4 });
const requirements = fc.record({
  key: keys,
  operator: fc.constantFrom("In", "NotIn", "Exists", "DoesNotExist", "Gt"),
  values: fc.array(values, { maxLength: 3 }),
});
const selectors = fc.record(
  { matchLabels: labelMaps, matchExpressions: fc.array(requirements, { maxLength: 3 }) },
  { requiredKeys: [] },
);
const wildLabels = fc.dictionary(
  fc.constantFrom("app", "ap*", "*", "?/b", "team"),
  fc.constantFrom("web", "w*", "*", "?b", "?*"),
  { minKeys: 1, maxKeys: 1 },
);
const anything = fc.dictionary(fc.oneof(hostileKeys, keys), hostileTexts, { maxKeys: 4 });

/** What the Kubernetes documentation says of selectors, one requirement after the other. */
const naiveMatch = (
  { matchLabels = {}, matchExpressions = [] }: LabelSelector,
  labels: Readonly<Record<string, string>>,
): boolean => {
  const known = new Map(Object.entries(labels));
  if (Object.entries(matchLabels).some(([key, value]) => known.get(key) !== value)) return false;
  return matchExpressions.every(({ key, operator, values: accepted = [] }) => {
    const value = known.get(key);
    if (operator === "Exists") return accepted.length === 0 && value !== undefined;
    if (operator === "DoesNotExist") return accepted.length === 0 && value === undefined;
    if (operator === "In") return accepted.length > 0 && value !== undefined && accepted.includes(value);
    return operator === "NotIn" && accepted.length > 0 && (value === undefined || !accepted.includes(value));
  });
};

/** A selector that Kubernetes refuses matches nothing, whatever its other requirements say. */
const isRefused = ({ matchExpressions = [] }: LabelSelector): boolean =>
  matchExpressions.some(({ operator, values: accepted = [] }) => {
    if (operator === "In" || operator === "NotIn") return accepted.length === 0;
    return (operator !== "Exists" && operator !== "DoesNotExist") || accepted.length > 0;
  });

const segments = fc.constantFrom(
  "*",
  "v1",
  "apps",
  "Pod",
  "Deployment",
  "scale",
  "v1beta1",
  "",
  "?od",
  "a.b",
  "P*",
);
const kindTexts = fc.oneof(
  fc.array(segments, { minLength: 1, maxLength: 5 }).map((parts) => parts.join("/")),
  fc.array(segments, { minLength: 1, maxLength: 5 }).map((parts) => parts.join(".")),
  hostileTexts,
);

export const selectorsSuite: FuzzSuite = {
  name: "selectors",
  properties: [
    property("matches as Kubernetes defines", fc.tuple(selectors, labelMaps), ([selector, labels]) => {
      const expected = !isRefused(selector) && naiveMatch(selector, labels);
      assert.equal(compileLabelSelector(selector)(labels), expected);
    }),
    property(
      "takes an entry with wildcards for the first label that fits both",
      fc.tuple(wildLabels, labelMaps),
      ([wild, labels]) => {
        const [[key, value] = ["", ""]] = Object.entries(wild);
        const fits = Object.entries(labels).some(
          ([actual, text]) => naiveWildcard(key, actual) && naiveWildcard(value, text),
        );
        assert.equal(compileLabelSelector({ matchLabels: wild })(labels), fits);
      },
    ),
    property("never fails, whatever stands in it", fc.tuple(anything, anything), ([matchLabels, labels]) => {
      assert.equal(typeof compileLabelSelector({ matchLabels })(labels), "boolean");
    }),
    property(
      "reads every text as a kind selector",
      fc.tuple(
        kindTexts,
        fc.constantFrom("Pod", "Deployment", "scale"),
        fc.constantFrom("", "scale", "status"),
      ),
      ([text, kind, subresource]) => {
        const selector = parseKindSelector(text);
        const gvk = { group: "apps", version: "v1", kind };
        const expected =
          naiveWildcard(selector.kind, kind) &&
          naiveWildcard(selector.group, "apps") &&
          naiveWildcard(selector.version, "v1") &&
          naiveWildcard(selector.subresource, subresource);
        assert.equal(matchesKind(selector, gvk, subresource), expected);
      },
    ),
  ],
};
