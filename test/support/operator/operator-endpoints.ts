/** Metrics as they were when the page was read. */
export interface MetricPage {
  /** The sum of a metric's samples whose labels contain all the given ones; 0 where there are none. */
  sum(name: string, labels?: Readonly<Record<string, string>>): number;
}

/** An operator as its endpoints show it. */
export interface OperatorEndpoints {
  readonly metricsPort: number;
  readonly healthPort: number;
  metrics(): Promise<MetricPage>;
  /** `sum` of a page that is read now. */
  metric(name: string, labels?: Readonly<Record<string, string>>): Promise<number>;
  /** Status and text of `/readyz`; status 0 where nobody answers. */
  ready(): Promise<{ readonly status: number; readonly text: string }>;
}

const limitMs = 10_000;

/** Reads what an operator serves on this machine. */
export const operatorEndpoints = (ports: {
  readonly health: number;
  readonly metrics: number;
}): OperatorEndpoints => {
  const metrics = async (): Promise<MetricPage> => {
    const { text } = await fetchText(ports.metrics, "/metrics");
    return { sum: (name, labels = {}) => sumSamples(text, name, labels) };
  };
  return {
    metricsPort: ports.metrics,
    healthPort: ports.health,
    metrics,
    metric: async (name, labels) => (await metrics()).sum(name, labels),
    ready: () => fetchText(ports.health, "/readyz"),
  };
};

async function fetchText(
  port: number,
  path: string,
): Promise<{ readonly status: number; readonly text: string }> {
  try {
    const response = await fetch(`http://127.0.0.1:${port}${path}`, { signal: AbortSignal.timeout(limitMs) });
    return { status: response.status, text: await response.text() };
  } catch {
    return { status: 0, text: "" };
  }
}

function sumSamples(page: string, name: string, labels: Readonly<Record<string, string>>): number {
  let sum = 0;
  for (const line of page.split("\n")) {
    if (!line.startsWith(`${name}{`) && !line.startsWith(`${name} `)) continue;
    const wanted = Object.entries(labels).every(([key, value]) => line.includes(`${key}="${value}"`));
    if (wanted) sum += Number(line.slice(line.lastIndexOf(" ") + 1));
  }
  return sum;
}
