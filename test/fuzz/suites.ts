import type { FuzzSuite } from "./suite.ts";
import { arrival } from "./suites/arrival.ts";
import { cel } from "./suites/cel.ts";
import { conditions } from "./suites/conditions.ts";
import { decoders } from "./suites/decoders.ts";
import { durations } from "./suites/durations.ts";
import { jmespath } from "./suites/jmespath.ts";
import { jsonPatches } from "./suites/json-patches.ts";
import { loaders } from "./suites/loaders.ts";
import { mergePatches } from "./suites/merge-patches.ts";
import { quantities } from "./suites/quantities.ts";
import { reports } from "./suites/reports.ts";
import { selectorsSuite } from "./suites/selectors.ts";
import { verdicts } from "./suites/verdicts.ts";
import { wildcards } from "./suites/wildcards.ts";

/** All suites, in the order in which they run. A new one is a file under `suites/` and a line here. */
export const fuzzSuites: readonly FuzzSuite[] = [
  wildcards,
  selectorsSuite,
  quantities,
  durations,
  conditions,
  jmespath,
  cel,
  jsonPatches,
  mergePatches,
  decoders,
  loaders,
  verdicts,
  arrival,
  reports,
];
