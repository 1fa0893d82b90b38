import { Counter, Gauge, Histogram, type Registry } from "prom-client";
import type { MetricRow } from "./metric-table.ts";
import { countsNamespace, exposureOf, noMetricsConfig, type MetricsConfig } from "./metrics-config.ts";

type Labels = Readonly<Record<string, string>>;

/** One metric with all its series. */
export interface Series {
  configure(config: MetricsConfig): void;
  reset(): void;
}

export interface SeriesOptions {
  readonly row: MetricRow;
  readonly registry: Registry;
  readonly maxSeries: number;
  /** A sample went to the series `other`. */
  readonly onDropped: () => void;
}

/** The label value of the series that takes what is beyond the limit. */
const overflow = "other";

interface Shape {
  readonly enabled: boolean;
  readonly labels: readonly string[];
  readonly buckets: readonly number[];
}

function shapeOf(row: MetricRow, config: MetricsConfig): Shape {
  const exposure = exposureOf(config, row.name);
  const hidden = exposure?.disabledLabelDimensions ?? [];
  return {
    enabled: exposure?.enabled ?? true,
    labels: row.labels.filter((label) => !hidden.includes(label)),
    buckets: exposure?.bucketBoundaries ?? row.buckets ?? config.bucketBoundaries,
  };
}

/**
 * What counters, gauges and histograms share: the configured shape, the namespaces, and the limit of series. `make`
 * builds the metric for a shape; it is built again when the shape changes.
 */
function createSeries<M extends { reset(): void }>(options: SeriesOptions, make: (shape: Shape) => M) {
  const { row, registry, maxSeries, onDropped } = options;
  const known = new Set<string>();
  let config = noMetricsConfig;
  let shape = shapeOf(row, config);
  let metric = make(shape);

  const counts = (labels: Labels): boolean =>
    shape.enabled &&
    (row.namespaceLabel === undefined || countsNamespace(config, labels[row.namespaceLabel] ?? ""));

  /** Tells series apart; label values hold no NUL. */
  const keyOf = (labels: Labels): string => {
    let key = "";
    for (const label of shape.labels) key += `${labels[label] ?? ""}\u0000`;
    return key;
  };

  /** The labels under which a sample is counted, all of them `other` beyond the limit. */
  const admit = (labels: Labels): Record<string, string> => {
    const key = keyOf(labels);
    const fits = known.has(key) || known.size < maxSeries;
    if (fits) known.add(key);
    else onDropped();
    return Object.fromEntries(shape.labels.map((label) => [label, fits ? (labels[label] ?? "") : overflow]));
  };

  return {
    counts,
    keyOf,
    admit,
    metric: () => metric,
    forgetSeries: () => known.clear(),
    lifecycle: {
      reset(): void {
        known.clear();
        metric.reset();
      },
      configure(next: MetricsConfig): void {
        const nextShape = shapeOf(row, next);
        config = next;
        if (JSON.stringify(nextShape) === JSON.stringify(shape)) return;
        shape = nextShape;
        known.clear();
        registry.removeSingleMetric(row.name);
        metric = make(shape);
      },
    },
  };
}

/** Registers a metric where it is enabled; one that is not takes samples nowhere. */
const registers = (registry: Registry, { enabled }: Shape): Registry[] => (enabled ? [registry] : []);

const configurationOf = (row: MetricRow, shape: Shape, registry: Registry) => ({
  name: row.name,
  help: row.help,
  labelNames: [...shape.labels],
  registers: registers(registry, shape),
});

interface CountedSeries {
  readonly labels: Record<string, string>;
  count: number;
}

/**
 * Counts by itself and hands the sums over at each scrape: some counters count every verdict, and prom-client checks and
 * hashes the labels of every sample.
 */
export function createCounter(options: SeriesOptions): Series & { inc(labels: Labels, by?: number): void } {
  const counted = new Map<string, CountedSeries>();
  const series = createSeries(options, (shape): Counter => {
    counted.clear();
    return new Counter({
      ...configurationOf(options.row, shape, options.registry),
      collect() {
        this.reset();
        for (const { labels, count } of counted.values()) this.inc(labels, count);
      },
    });
  });
  return {
    ...series.lifecycle,
    reset() {
      counted.clear();
      series.lifecycle.reset();
    },
    inc(labels, by = 1) {
      if (!series.counts(labels)) return;
      const key = series.keyOf(labels);
      const known = counted.get(key);
      if (known !== undefined) {
        known.count += by;
        return;
      }
      const admitted = series.admit(labels);
      const admittedKey = series.keyOf(admitted);
      const one = counted.get(admittedKey);
      if (one === undefined) counted.set(admittedKey, { labels: admitted, count: by });
      else one.count += by;
    },
  };
}

export function createHistogram(
  options: SeriesOptions,
): Series & { observe(labels: Labels, value: number): void } {
  const series = createSeries(
    options,
    (shape) =>
      new Histogram({
        ...configurationOf(options.row, shape, options.registry),
        buckets: [...shape.buckets],
      }),
  );
  return {
    ...series.lifecycle,
    observe(labels, value) {
      if (series.counts(labels) && Number.isFinite(value)) {
        series.metric().observe(series.admit(labels), value);
      }
    },
  };
}

type Samples = () => Iterable<{ readonly labels: Labels; readonly value: number }>;

export function createGauge(options: SeriesOptions): Series & { read(samples: Samples): void } {
  const readers: Samples[] = [];
  const collect = (gauge: Gauge): void => {
    gauge.reset();
    // A gauge without labels would stay at 0, which says something that nobody said.
    gauge.remove({});
    series.forgetSeries();
    for (const reader of readers) {
      for (const { labels, value } of reader()) {
        // Samples of one series add up, so that several owners, and those beyond the limit, are all in the page.
        if (series.counts(labels) && Number.isFinite(value)) gauge.inc(series.admit(labels), value);
      }
    }
  };
  const series = createSeries(
    options,
    (shape): Gauge =>
      new Gauge({
        ...configurationOf(options.row, shape, options.registry),
        collect() {
          collect(this);
        },
      }),
  );
  return {
    ...series.lifecycle,
    read: (samples) => void readers.push(samples),
  };
}
