import { hexText, integerBetween, pick } from "./seeded-random.ts";
import type { SeededRandom } from "./seeded-random.ts";
import type { Violation } from "./violations.ts";

const registries = ["registry.example.com", "images.example.org/mirror", "ghcr.example.net"] as const;
const variables = ["LOG_LEVEL", "CACHE_SIZE", "DATABASE_URL", "QUEUE_NAME"] as const;
const hosts = ["orders", "payments", "search", "sessions", "inventory"] as const;

const buildEnv = (random: SeededRandom): readonly object[] => [
  ...variables.slice(0, integerBetween(random, 1, 4)).map((name) => ({
    name,
    value: `${name.toLowerCase()}-${pick(random, hosts)}.${hexText(random, 8)}.svc.example.com`,
  })),
  { name: "POD_NAME", valueFrom: { fieldRef: { fieldPath: "metadata.name" } } },
  { name: "API_TOKEN", valueFrom: { secretKeyRef: { name: `token-${hexText(random, 4)}`, key: "token" } } },
];

const buildSecurityContext = (random: SeededRandom, violations: ReadonlySet<Violation>): object => {
  // The API server refuses privileged containers that may not escalate.
  const escalates = violations.has("mayEscalate") || violations.has("isPrivileged");
  return {
    ...(escalates ? {} : { allowPrivilegeEscalation: false }),
    ...(violations.has("isPrivileged") ? { privileged: true } : {}),
    ...(violations.has("runsAsRoot")
      ? { runAsUser: 0 }
      : { runAsUser: integerBetween(random, 1_000, 9_999) }),
    ...(violations.has("setsSelinuxType") ? { seLinuxOptions: { type: "spc_t" } } : {}),
    ...(violations.has("setsSelinuxUser") ? { seLinuxOptions: { user: "system_u", role: "system_r" } } : {}),
    readOnlyRootFilesystem: random() < 0.7,
    capabilities: { drop: ["ALL"], ...(violations.has("addsCapability") ? { add: ["NET_ADMIN"] } : {}) },
  };
};

const buildProbe = (random: SeededRandom, path: string): object => ({
  httpGet: { path, port: "http", scheme: "HTTP" },
  initialDelaySeconds: integerBetween(random, 1, 30),
  periodSeconds: integerBetween(random, 5, 30),
});

/** A container as teams write them: variables, a probe, resources, mounts, and what it violates. */
export const buildContainer = (
  random: SeededRandom,
  name: string,
  violations: ReadonlySet<Violation>,
): object => ({
  name,
  image: `${pick(random, registries)}/team/${pick(random, hosts)}:1.${integerBetween(random, 0, 40)}@sha256:${hexText(random, 64)}`,
  env: buildEnv(random),
  ports: [{ name: "http", containerPort: 8_080, protocol: "TCP" }],
  resources: {
    requests: {
      cpu: `${integerBetween(random, 1, 20) * 50}m`,
      memory: `${integerBetween(random, 1, 16) * 64}Mi`,
    },
    limits: { memory: `${integerBetween(random, 16, 64) * 64}Mi` },
  },
  readinessProbe: buildProbe(random, "/readyz"),
  volumeMounts: [
    { name: "config", mountPath: "/etc/config", readOnly: true },
    { name: "scratch", mountPath: "/tmp" },
  ],
  securityContext: buildSecurityContext(random, violations),
});

/** A small container beside the others, or before them: without ports, so that none is taken twice. */
export const buildHelperContainer = (
  random: SeededRandom,
  name: string,
  violations: ReadonlySet<Violation>,
): object => ({
  name,
  image: `${pick(random, registries)}/platform/${name}:2.${integerBetween(random, 0, 9)}`,
  args: ["--upstream", `${pick(random, hosts)}.example.com`],
  env: [{ name: "PROXY_ID", value: hexText(random, 12) }],
  resources: { requests: { cpu: "20m", memory: "32Mi" } },
  securityContext: buildSecurityContext(random, violations),
});
