/** What `metricsConfig` asks for: which namespaces are counted, and how single metrics are exposed. */
export interface MetricsConfig {
  readonly namespaces: { readonly include: readonly string[]; readonly exclude: readonly string[] };
  /** Upper bounds of histograms that name none of their own. */
  readonly bucketBoundaries: readonly number[];
  /** By name of metric, with or without `_total`. */
  readonly exposure: ReadonlyMap<string, MetricExposure>;
}

export interface MetricExposure {
  readonly enabled: boolean;
  readonly disabledLabelDimensions: readonly string[];
  readonly bucketBoundaries?: readonly number[];
}

export const defaultBucketBoundaries: readonly number[] = [
  0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 15, 20, 25, 30,
];

export const noMetricsConfig: MetricsConfig = {
  namespaces: { include: [], exclude: [] },
  bucketBoundaries: defaultBucketBoundaries,
  exposure: new Map(),
};

/** True where samples of `namespace` are counted: exclusion wins, an empty inclusion includes all, `-` is no namespace. */
export function countsNamespace({ namespaces }: MetricsConfig, namespace: string): boolean {
  if (namespace === "" || namespace === "-") return true;
  if (namespaces.exclude.includes(namespace)) return false;
  return namespaces.include.length === 0 || namespaces.include.includes(namespace);
}

/** The exposure of a metric, under its scraped name or under the name without `_total`. */
export function exposureOf({ exposure }: MetricsConfig, name: string): MetricExposure | undefined {
  return exposure.get(name) ?? exposure.get(name.replace(/_total$/, ""));
}
