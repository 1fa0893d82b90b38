import assert from "node:assert/strict";
import { describe, it } from "node:test";

import type { PodSecurityExclusion } from "#api/kyverno/pod-security.ts";

import type { JsonObject } from "../values/json.ts";
import { good, judge, pod, privileged } from "./pods.fixture.ts";

interface ExclusionCase {
  readonly title: string;
  readonly exclude: readonly PodSecurityExclusion[];
  readonly resource: JsonObject;
  /** Fields that are still refused. */
  readonly left: readonly string[];
}

const privilegedField = (index: number) => `spec.containers[${index}].securityContext.privileged`;
const twoPaths = pod({
  containers: [{ name: "a", securityContext: good }],
  volumes: [
    { name: "x", hostPath: { path: "/var/log" } },
    { name: "y", hostPath: { path: "/etc" } },
  ],
});

const exclusionCases: readonly ExclusionCase[] = [
  {
    title: "with images covers the containers that run them",
    exclude: [{ controlName: "Privileged Containers", images: ["nginx*"] }],
    resource: privileged("nginx:1", "redis"),
    left: [privilegedField(1)],
  },
  {
    title: "compares images as they are written",
    exclude: [{ controlName: "Privileged Containers", images: ["docker.io/nginx*"] }],
    resource: privileged("nginx:1"),
    left: [privilegedField(0)],
  },
  {
    title: "without images does not reach containers that set what a bare one does not",
    exclude: [{ controlName: "Privileged Containers" }],
    resource: privileged("nginx"),
    left: [privilegedField(0)],
  },
  {
    title: "without images covers fields of the pod",
    exclude: [{ controlName: "HostPath Volumes" }, { controlName: "Volume Types" }],
    resource: twoPaths,
    left: [],
  },
  {
    title: "with field and values covers these values alone",
    exclude: [
      { controlName: "HostPath Volumes", restrictedField: "spec.volumes[*].hostPath", values: ["/var/*"] },
      { controlName: "Volume Types" },
    ],
    resource: twoPaths,
    left: ["spec.volumes[1].hostPath"],
  },
  {
    title: "with another field covers nothing",
    exclude: [
      {
        controlName: "Privileged Containers",
        images: ["*"],
        restrictedField: "spec.initContainers[*].securityContext.privileged",
        values: ["true"],
      },
    ],
    resource: privileged("nginx"),
    left: [privilegedField(0)],
  },
  {
    title: "is needed for pod and for containers where both are at fault",
    exclude: [{ controlName: "Seccomp" }],
    resource: pod({
      securityContext: { seccompProfile: { type: "Unconfined" } },
      containers: [{ name: "a", securityContext: { ...good, seccompProfile: { type: "Unconfined" } } }],
    }),
    left: [
      "spec.containers[0].securityContext.seccompProfile.type",
      "spec.containers[0].securityContext.seccompProfile.type",
    ],
  },
  {
    title: "asks all values of an error to be allowed",
    exclude: [
      {
        controlName: "Capabilities",
        images: ["*"],
        restrictedField: "spec.containers[*].securityContext.capabilities.add",
        values: ["NET_*"],
      },
    ],
    resource: pod({
      containers: [
        { name: "a", securityContext: { ...good, capabilities: { drop: ["ALL"], add: ["NET_RAW"] } } },
        {
          name: "b",
          securityContext: { ...good, capabilities: { drop: ["ALL"], add: ["NET_RAW", "KILL"] } },
        },
      ],
    }),
    left: ["spec.containers[1].securityContext.capabilities.add"],
  },
  {
    title: "leaves hosts of probes alone, which no control names",
    exclude: [{ controlName: "" as "Seccomp" }, { controlName: "Host Ports", images: ["*"] }],
    resource: pod({
      containers: [{ name: "a", securityContext: good, livenessProbe: { httpGet: { host: "h" } } }],
    }),
    left: [""],
  },
];

describe("podSecurity: an exclusion", () => {
  for (const { title, exclude, resource, left } of exclusionCases) {
    it(title, () => {
      const message = judge({ level: "restricted", exclude: [...exclude] }, resource)?.message ?? "";
      const lists = [...message.matchAll(/field error list: \[(.*?)\]\)/g)].map((found) => found[1] ?? "");
      const fields = lists.flatMap((list) => list.split(/, (?=spec)/));
      assert.deepEqual(
        fields.map((text) => text.split(/ is forbidden|: (?:Required|Forbidden)/)[0]),
        left,
      );
    });
  }
});
