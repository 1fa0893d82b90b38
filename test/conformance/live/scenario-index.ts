/** A scenario as the corpus' index describes it. */
export interface IndexedScenario {
  readonly path: string;
  readonly class: string;
  /** True where a cluster without any controller satisfies every expectation. */
  readonly passesWithoutController: boolean | null;
  /** The installation that it needs, beside the standard one. */
  readonly install: string;
}

interface RawScenario extends Omit<IndexedScenario, "install"> {
  readonly install: readonly string[];
}

/** The scenarios to run, in the order of the index. */
export const chooseScenarios = (
  index: string,
  wanted: { readonly filters: readonly string[]; readonly class: string },
): readonly IndexedScenario[] => {
  const { tests } = JSON.parse(index) as { readonly tests: readonly RawScenario[] };
  return tests
    .filter((test) => wanted.class === "all" || test.class === wanted.class)
    .filter(
      ({ path }) => wanted.filters.length === 0 || wanted.filters.some((filter) => path.includes(filter)),
    )
    .map(({ install, ...test }) => ({
      ...test,
      install: profileOf(test.path, install.find((name) => name !== "standard") ?? "standard"),
    }));
};

/** MutatingAdmissionPolicies are served in one version, and each suite wants its own. */
const profileOf = (path: string, install: string): string => {
  if (!path.startsWith("mutating-admission-policy-reports")) return install;
  return path.split("/")[0] ?? install;
};
