import { compileResourceFilters } from "#controllers/settings/resource-filters.ts";
import type { PartContext } from "./part.ts";

/** The resource filters in force; compiled again when the setting changes. */
export function createLiveFilters({
  settings,
}: Pick<PartContext, "settings">): ReturnType<typeof compileResourceFilters> {
  let source: unknown;
  let compiled: ReturnType<typeof compileResourceFilters> = () => false;
  return (subject) => {
    const { resourceFilters } = settings.current();
    if (resourceFilters !== source) {
      source = resourceFilters;
      compiled = compileResourceFilters(resourceFilters);
    }
    return compiled(subject);
  };
}
