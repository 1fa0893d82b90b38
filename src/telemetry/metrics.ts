import { collectDefaultMetrics, Registry } from "prom-client";
import { createCounter, createGauge, createHistogram, type Series } from "./metric-series.ts";
import { metricTable, type MetricRow, type MetricTable } from "./metric-table.ts";
import { noMetricsConfig, type MetricsConfig } from "./metrics-config.ts";

type Labels<Row extends MetricRow> = Readonly<Record<Row["labels"][number], string>>;

interface Sample<L> {
  readonly labels: L;
  readonly value: number;
}

interface MetricOf<L> {
  readonly counter: { inc(labels: L, by?: number): void };
  /** A gauge is read at each scrape: what is gone from the samples is gone from the page. */
  readonly gauge: { read(samples: () => Iterable<Sample<L>>): void };
  readonly histogram: { observe(labels: L, value: number): void };
}

/** One handle per row of the table. */
export type Metrics = {
  readonly [Key in keyof MetricTable]: MetricOf<Labels<MetricTable[Key]>>[MetricTable[Key]["kind"]];
};

export interface MetricsPage {
  readonly metrics: Metrics;
  /** The page in Prometheus' text format. */
  readonly render: () => Promise<string>;
  readonly contentType: string;
  /** Takes over `metricsConfig`; metrics whose own configuration changed start from nothing. */
  readonly configure: (config: MetricsConfig) => void;
  /** Starts every metric from nothing, which drops series of policies that are gone. */
  readonly reset: () => void;
}

export interface MetricsOptions {
  /** Label combinations per metric; beyond it samples are counted under `other`. */
  readonly maxSeriesPerMetric: number;
  /** Also metrics of the process: memory, file handles, garbage collection, event loop lag. */
  readonly processMetrics: boolean;
}

/** A histogram costs this many times what a counter does. */
const histogramCost = 4;

/** All metrics of `metricTable`, on a registry of their own. */
export function createMetrics({ maxSeriesPerMetric, processMetrics }: MetricsOptions): MetricsPage {
  const registry = new Registry();
  if (processMetrics) collectDefaultMetrics({ register: registry });

  const dropped = createCounter({
    row: metricTable.seriesDropped,
    registry,
    maxSeries: maxSeriesPerMetric,
    onDropped: () => {},
  });
  const build = (row: MetricRow): Series => {
    const options = {
      row,
      registry,
      maxSeries: Math.max(1, Math.floor(maxSeriesPerMetric / (row.kind === "histogram" ? histogramCost : 1))),
      onDropped: () => dropped.inc({ metric: row.name }),
    };
    switch (row.kind) {
      case "counter":
        return createCounter(options);
      case "gauge":
        return createGauge(options);
      case "histogram":
        return createHistogram(options);
      default:
        return row.kind satisfies never;
    }
  };
  const series = new Map<string, Series>(
    Object.entries(metricTable).map(([key, row]) => [key, key === "seriesDropped" ? dropped : build(row)]),
  );
  const configure = (config: MetricsConfig): void => {
    for (const one of series.values()) one.configure(config);
  };
  configure(noMetricsConfig);

  return {
    metrics: Object.fromEntries(series) as unknown as Metrics,
    render: () => registry.metrics(),
    contentType: registry.contentType,
    configure,
    reset() {
      for (const one of series.values()) one.reset();
    },
  };
}
