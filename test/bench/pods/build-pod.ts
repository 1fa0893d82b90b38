import { buildContainer, buildHelperContainer } from "./build-container.ts";
import { createSeededRandom, hexText, integerBetween, pick } from "./seeded-random.ts";
import type { SeededRandom } from "./seeded-random.ts";
import { drawViolations } from "./violations.ts";
import type { Violation } from "./violations.ts";

export const namespaceCount = 100;

/** The label by which the policy of the bench tells pods apart; each value has a quarter of them. */
export const cohortLabel = "cohort";
export const cohorts = ["a", "b", "c", "d"] as const;

export const namespaceName = (index: number): string => `team-${String(index).padStart(3, "0")}`;

export const mainContainer = "app";
/** The AppArmor profile of the main container, as an annotation. */
export const profileAnnotation = `container.apparmor.security.beta.kubernetes.io/${mainContainer}`;

/** A pod to be created, and what is known of it beforehand. */
export interface BenchPod {
  readonly name: string;
  readonly namespace: string;
  readonly cohort: (typeof cohorts)[number];
  readonly violations: ReadonlySet<Violation>;
  readonly body: object;
}

const apps = ["api", "worker", "gateway", "indexer", "scheduler", "mailer"] as const;
const none: ReadonlySet<Violation> = new Set();

const buildAnnotations = (random: SeededRandom, violations: ReadonlySet<Violation>) => ({
  "checksum/config": hexText(random, 64),
  "checksum/secret": hexText(random, 64),
  "example.com/owner": `team-${hexText(random, 6)}@example.com`,
  "example.com/runbook": `https://runbooks.example.com/${hexText(random, 16)}`,
  "prometheus.io/scrape": "true",
  ...(violations.has("isUnconfined") ? { [profileAnnotation]: "unconfined" } : {}),
});

const buildPodSecurityContext = (violations: ReadonlySet<Violation>): object => ({
  fsGroup: 2_000,
  ...(violations.has("setsSysctl") ? { sysctls: [{ name: "kernel.msgmax", value: "65536" }] } : {}),
});

const buildVolumes = (random: SeededRandom, violations: ReadonlySet<Violation>): readonly object[] => [
  { name: "config", configMap: { name: `config-${hexText(random, 6)}` } },
  { name: "scratch", emptyDir: {} },
  ...(random() < 0.5 ? [{ name: "certs", secret: { secretName: `certs-${hexText(random, 6)}` } }] : []),
  ...(violations.has("mountsHostPath") ? [{ name: "logs", hostPath: { path: "/var/log" } }] : []),
];

/**
 * The pod with this number, the same in every run. With what the API server adds it has about 5 KB.
 */
export const buildPod = (index: number): BenchPod => {
  const random = createSeededRandom(index + 1);
  const violations = drawViolations(random);
  const app = pick(random, apps);
  const name = `${app}-${hexText(random, 8)}-${index}`;
  const namespace = namespaceName(index % namespaceCount);
  const cohort = cohorts[Math.floor(index / namespaceCount) % cohorts.length] ?? "a";
  const body = {
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      name,
      namespace,
      labels: {
        app,
        [cohortLabel]: cohort,
        "app.kubernetes.io/name": app,
        "app.kubernetes.io/version": `1.${integerBetween(random, 0, 40)}.${integerBetween(random, 0, 9)}`,
        "pod-template-hash": hexText(random, 10),
      },
      annotations: buildAnnotations(random, violations),
    },
    spec: {
      automountServiceAccountToken: false,
      ...(violations.has("sharesHostNetwork") ? { hostNetwork: true } : {}),
      securityContext: buildPodSecurityContext(violations),
      ...(random() < 0.2 ? { initContainers: [buildHelperContainer(random, "migrate", none)] } : {}),
      containers: [
        buildContainer(random, mainContainer, violations),
        ...(random() < 0.3 ? [buildHelperContainer(random, "proxy", violations)] : []),
      ],
      volumes: buildVolumes(random, violations),
      tolerations: [{ key: "dedicated", operator: "Equal", value: app, effect: "NoSchedule" }],
      terminationGracePeriodSeconds: integerBetween(random, 10, 60),
    },
  };
  return { name, namespace, cohort, violations, body };
};
