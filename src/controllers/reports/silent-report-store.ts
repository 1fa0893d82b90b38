import type { ReportStore } from "./report-store.ts";

/**
 * A store for `policyReports: false`: nothing is stored and nothing is read, but what was said is known for as long as
 * the process lives, so that Events and metrics tell what is new and nothing twice.
 */
export function createSilentReportStore(): ReportStore {
  let writes = 0;
  const written = (): { readonly kind: "written"; readonly resourceVersion: string } => {
    writes += 1;
    return { kind: "written", resourceVersion: `silent-${writes}` };
  };
  return {
    list: () => Promise.resolve(),
    watch: () => ({ stop: () => Promise.resolve() }),
    get: () => Promise.resolve(undefined),
    create: () => Promise.resolve(written()),
    replace: () => Promise.resolve(written()),
    remove: () => Promise.resolve("removed"),
  };
}
