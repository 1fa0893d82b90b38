import type { JsonObject } from "#engine/values/json.ts";
import { buildPod } from "../pods/build-pod.ts";

interface OpenPod {
  readonly metadata: { labels: Record<string, string>; annotations: Record<string, string> };
  readonly spec: {
    securityContext: Record<string, unknown>;
    containers: { env?: object[]; livenessProbe?: object }[];
  };
  status?: object;
}

/** A copy as a JSON parser makes it: its objects share no hidden classes with those of the generator. */
const asRead = (value: object): unknown => JSON.parse(JSON.stringify(value));

/**
 * The pods of the other benchmarks, of which every second keeps the restricted standard, every third has a probe that
 * runs a command, and most carry a version.
 */
export const buildEnginePod = (index: number): JsonObject => {
  const pod = asRead(buildPod(index).body) as OpenPod;
  if (index % 2 === 0) {
    pod.spec.securityContext["runAsNonRoot"] = true;
    pod.spec.securityContext["seccompProfile"] = { type: "RuntimeDefault" };
  }
  const [main] = pod.spec.containers;
  if (index % 3 === 0 && main !== undefined) {
    const command = index % 2 === 0 ? ["/bin/healthy", "--quick"] : ["sh", "-c", "ps aux | grep app"];
    main.livenessProbe = { exec: { command }, periodSeconds: 10 };
  }
  if (index % 5 !== 0) {
    pod.metadata.labels["corp.org/version"] = `v${index % 4}.${index % 7}.${index % 3}`;
  }
  return pod as unknown as JsonObject;
};

const padding = "0123456789abcdef".repeat(8);

/**
 * The same pod with about `bytes` bytes: more annotations, labels, variables of its containers and a longer status, none
 * of which changes what the measured rules say of it.
 */
export const buildSizedPod = (index: number, bytes: number): JsonObject => {
  const pod = buildEnginePod(index) as unknown as OpenPod;
  const missing = Math.max(0, bytes - JSON.stringify(pod).length);
  const entries = Math.ceil(missing / (4 * (padding.length + 35)));
  const { metadata, spec } = pod;
  const env = spec.containers.map(({ env = [] }) => env);
  const conditions: object[] = [];
  for (let entry = 0; entry < entries; entry += 1) {
    metadata.annotations[`notes.example.com/${entry}`] = padding;
    metadata.labels[`labels.example.com/${entry}`] = padding.slice(0, 60);
    env[entry % env.length]?.push({ name: `SETTING_${entry}`, value: padding + padding.slice(0, 60) });
    conditions.push({ type: `example.com/${entry}`, status: "True", message: padding });
  }
  for (const [position, container] of spec.containers.entries()) container.env = env[position] ?? [];
  pod.status = { phase: "Running", conditions };
  // Parsed anew, so that large maps are laid out as the parser lays them out.
  return asRead(pod) as JsonObject;
};
