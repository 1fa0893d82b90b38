/** What a check found: undefined where all is well, else the reason, for people. */
type CheckResult = string | undefined;

export type HealthEndpoint = "livez" | "readyz";

interface HealthPage {
  readonly status: 200 | 503 | 404;
  readonly body: string;
}

/** Named checks behind `/livez` (restart me) and `/readyz` (I do my work). */
export interface Health {
  /** A check is asked at each request; one that throws has failed. */
  add(endpoint: HealthEndpoint, name: string, check: () => CheckResult): void;
  /** The page of an endpoint, or of one check of it. Reasons are shown where something fails, or with `verbose`. */
  render(
    endpoint: HealthEndpoint,
    options?: { readonly check?: string; readonly verbose?: boolean },
  ): HealthPage;
}

export function createHealth(): Health {
  const checks: Readonly<Record<HealthEndpoint, Map<string, () => CheckResult>>> = {
    livez: new Map(),
    readyz: new Map(),
  };
  return {
    add(endpoint, name, check) {
      checks[endpoint].set(name, check);
    },
    render(endpoint, { check: only, verbose = false } = {}) {
      const chosen = [...checks[endpoint]].filter(([name]) => only === undefined || name === only);
      if (only !== undefined && chosen.length === 0) {
        return { status: 404, body: `no check ${JSON.stringify(only)} in ${endpoint}\n` };
      }
      const results = chosen.map(([name, check]) => ({ name, reason: run(check) }));
      const failed = results.some(({ reason }) => reason !== undefined);
      if (!failed && !verbose) return { status: 200, body: "ok\n" };
      const lines = results.map(({ name, reason }) =>
        reason === undefined ? `[+] ${name}: ok` : `[-] ${name}: ${reason}`,
      );
      const verdict = `${endpoint} ${failed ? "failed" : "passed"}`;
      return { status: failed ? 503 : 200, body: `${[...lines, verdict].join("\n")}\n` };
    },
  };
}

function run(check: () => CheckResult): CheckResult {
  try {
    return check();
  } catch (error) {
    return `the check itself failed: ${error instanceof Error ? error.message : String(error)}`;
  }
}
