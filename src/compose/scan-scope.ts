import type { ResourceType } from "#api/meta/resource-type.ts";
import type { KubeObject } from "#api/meta/object-meta.ts";
import { compileResourceFilters } from "#controllers/settings/resource-filters.ts";
import type { FilterSubject } from "#controllers/settings/resource-filters.ts";
import type { SettingsStore } from "#controllers/settings/settings-store.ts";
import type { SettingName, Settings } from "#controllers/settings/setting-table.ts";
import type { ReportedVerdicts } from "#controllers/scan/verdict-writer.ts";
import type { RuleType } from "#engine/response.ts";

/** What of the scan depends on settings that may change while it runs. */
export interface ScanScope {
  readonly reported: () => ReportedVerdicts;
  readonly isLeftOut: (type: ResourceType, object: KubeObject) => boolean;
  /** Calls back when any of it changed; returns how to stop that. */
  onChange(listener: () => void): () => void;
}

const scopeSettings: readonly SettingName[] = [
  "allowedResults",
  "enableReporting",
  "resourceFilters",
  "skipResourceFilters",
];

const ruleTypes = {
  validate: "validate",
  imageVerify: "imageVerify",
  mutate: "mutate",
  mutateExisting: "mutate",
  generate: "generate",
} as const satisfies Readonly<Record<string, RuleType>>;

function reportedOf({ allowedResults, enableReporting }: Settings): ReportedVerdicts {
  return {
    results: new Set(allowedResults),
    ruleTypes: new Set(enableReporting.map((name) => ruleTypes[name])),
  };
}

function filterOf({ skipResourceFilters, resourceFilters }: Settings): (subject: FilterSubject) => boolean {
  return skipResourceFilters ? () => false : compileResourceFilters(resourceFilters);
}

/**
 * Reads what is judged and reported from the settings. Our own Leases are always left out: a verdict on a Lease that is
 * renewed every other second would be one for ever.
 */
export function createScanScope(
  settings: Pick<SettingsStore, "current" | "onChange">,
  own: { readonly namespace: string; readonly leases: ReadonlySet<string> },
): ScanScope {
  let reported = reportedOf(settings.current());
  let isFiltered = filterOf(settings.current());
  const isOwnLease = ({ group, kind }: ResourceType, namespace: string, name: string): boolean =>
    kind === "Lease" &&
    group === "coordination.k8s.io" &&
    namespace === own.namespace &&
    own.leases.has(name);
  return {
    reported: () => reported,
    isLeftOut(type, object) {
      const { name, namespace: place } = object.metadata;
      const namespace = type.namespaced && typeof place === "string" ? place : "";
      if (isOwnLease(type, namespace, name)) return true;
      const { group, version, kind } = type;
      return isFiltered({ group, version, kind, subresource: "", namespace, name });
    },
    onChange: (listener) =>
      settings.onChange(scopeSettings, (now) => {
        reported = reportedOf(now);
        isFiltered = filterOf(now);
        listener();
      }),
  };
}
