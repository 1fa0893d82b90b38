import assert from "node:assert/strict";
import { describe, it } from "node:test";

import type { JsonObject } from "../values/json.ts";
import { podSecurityChecks } from "./check-table.ts";
import { fieldErrorText } from "./field-error.ts";
import { readPod } from "./read-pod.ts";
import { standardOf, violationsOf } from "./standard.ts";

interface Example {
  readonly check: string;
  readonly title: string;
  readonly version?: string;
  readonly spec: JsonObject;
  readonly annotations?: JsonObject;
  /** The texts of the errors; none where the pod is in order. */
  readonly errors: readonly string[];
  readonly reason?: string;
}

function one(securityContext: JsonObject, more: JsonObject = {}): JsonObject {
  return { containers: [{ name: "a", image: "a", securityContext }], ...more };
}

const c0 = "spec.containers[0].securityContext";
const windows = { os: { name: "windows" } };

const examples: readonly Example[] = [
  {
    check: "allowPrivilegeEscalation",
    title: "wants an explicit false of every container, ephemeral ones too",
    spec: {
      initContainers: [{ name: "i", securityContext: {} }],
      containers: [{ name: "a" }, { name: "b", securityContext: { allowPrivilegeEscalation: true } }],
      ephemeralContainers: [{ name: "e", securityContext: { allowPrivilegeEscalation: false } }],
    },
    errors: [
      "spec.initContainers[0].securityContext.allowPrivilegeEscalation is forbidden, forbidden values found: nil",
      "spec.containers[0].securityContext.allowPrivilegeEscalation: Required value",
      "spec.containers[1].securityContext.allowPrivilegeEscalation is forbidden, forbidden values found: true",
    ],
    reason: "allowPrivilegeEscalation != false",
  },
  {
    check: "allowPrivilegeEscalation",
    title: "leaves Windows pods alone since 1.25",
    version: "v1.25",
    spec: one({}, windows),
    errors: [],
  },
  {
    check: "allowPrivilegeEscalation",
    title: "does not know Windows before 1.25",
    version: "v1.24",
    spec: one({}, windows),
    errors: [`${c0}.allowPrivilegeEscalation is forbidden, forbidden values found: nil`],
  },
  {
    check: "appArmorProfile",
    title: "refuses other profiles in fields and annotations",
    spec: one({ appArmorProfile: { type: "Unconfined" } }, { securityContext: { appArmorProfile: {} } }),
    annotations: {
      "container.apparmor.security.beta.kubernetes.io/b": "unconfined",
      "container.apparmor.security.beta.kubernetes.io/a": "localhost/x",
      other: "unconfined",
    },
    errors: [
      "spec.securityContext.appArmorProfile.type: Forbidden",
      `${c0}.appArmorProfile.type is forbidden, forbidden values found: Unconfined`,
      "metadata.annotations[container.apparmor.security.beta.kubernetes.io/b] is forbidden, forbidden values found: unconfined",
    ],
    reason: "forbidden AppArmor profiles",
  },
  {
    check: "appArmorProfile",
    title: "counts one profile in the singular, however many containers set it",
    spec: {
      containers: [
        { name: "a", securityContext: { appArmorProfile: { type: "X" } } },
        { name: "b", securityContext: { appArmorProfile: { type: "X" } } },
      ],
    },
    errors: [
      `${c0}.appArmorProfile.type is forbidden, forbidden values found: X`,
      "spec.containers[1].securityContext.appArmorProfile.type is forbidden, forbidden values found: X",
    ],
    reason: "forbidden AppArmor profile",
  },
  {
    check: "capabilities_baseline",
    title: "lists what is outside the default set, sorted and once",
    spec: one({ capabilities: { add: ["SYS_TIME", "CHOWN", "NET_RAW", "SYS_TIME"] } }),
    errors: [`${c0}.capabilities.add is forbidden, forbidden values found: [NET_RAW SYS_TIME]`],
    reason: "non-default capabilities",
  },
  {
    check: "capabilities_restricted",
    title: "tells missing drops first, then additions",
    spec: {
      containers: [
        { name: "a", securityContext: { capabilities: { add: ["CHOWN"], drop: ["ALL"] } } },
        { name: "b", securityContext: { capabilities: { drop: ["KILL", "CHOWN"] } } },
        { name: "c", securityContext: { capabilities: { add: ["NET_BIND_SERVICE"], drop: [] } } },
      ],
    },
    errors: [
      "spec.containers[1].securityContext.capabilities.drop is forbidden, forbidden values found: [CHOWN KILL]",
      "spec.containers[2].securityContext.capabilities.drop: Required value",
      `${c0}.capabilities.add is forbidden, forbidden values found: [CHOWN]`,
    ],
    reason: "unrestricted capabilities",
  },
  {
    check: "hostNamespaces",
    title: "refuses all three",
    spec: { containers: [], hostIPC: true, hostPID: true, hostNetwork: true },
    errors: ["hostNetwork", "hostPID", "hostIPC"].map(
      (name) => `spec.${name} is forbidden, forbidden values found: true`,
    ),
    reason: "host namespaces",
  },
  {
    check: "hostPathVolumes",
    title: "tells the path",
    spec: {
      volumes: [
        { name: "x", emptyDir: {} },
        { name: "y", hostPath: { path: "/etc" } },
      ],
    },
    errors: ["spec.volumes[1].hostPath is forbidden, forbidden values found: /etc"],
    reason: "hostPath volumes",
  },
  {
    check: "hostPorts",
    title: "lets 0 pass",
    spec: { containers: [{ name: "a", ports: [{ hostPort: 0 }, { hostPort: 80 }, {}] }] },
    errors: ["spec.containers[0].ports[1].hostPort is forbidden, forbidden values found: 80"],
    reason: "hostPort",
  },
  {
    check: "privileged",
    title: "refuses true",
    spec: one({ privileged: true }),
    errors: [`${c0}.privileged is forbidden, forbidden values found: true`],
    reason: "privileged",
  },
  {
    check: "procMount",
    title: "takes Default only",
    spec: {
      containers: [
        { name: "a", securityContext: { procMount: "Unmasked" } },
        { name: "b", securityContext: { procMount: "Default" } },
      ],
    },
    errors: [`${c0}.procMount is forbidden, forbidden values found: Unmasked`],
    reason: "procMount",
  },
  {
    check: "restrictedVolumes",
    title: "tells the type and no value",
    spec: {
      volumes: [
        { name: "a", nfs: {} },
        { name: "b", image: {} },
        { name: "c", somethingNew: {} },
        { name: "d", emptyDir: null, hostPath: { path: "/x" } },
      ],
    },
    errors: [
      "spec.volumes[0].nfs: Forbidden",
      "spec.volumes[2].unknown: Forbidden",
      "spec.volumes[3].hostPath: Forbidden",
    ],
    reason: "restricted volume types",
  },
  {
    check: "runAsNonRoot",
    title: "takes the pod's word for containers that say nothing",
    spec: {
      securityContext: { runAsNonRoot: true },
      containers: [{ name: "a" }, { name: "b", securityContext: { runAsNonRoot: false } }],
    },
    errors: ["spec.containers[1].securityContext.runAsNonRoot is forbidden, forbidden values found: false"],
    reason: "runAsNonRoot != true",
  },
  {
    check: "runAsNonRoot",
    title: "tells what is set first, then what is missing",
    spec: {
      securityContext: { runAsNonRoot: false },
      initContainers: [{ name: "i" }],
      containers: [{ name: "a", securityContext: { runAsNonRoot: false } }],
    },
    errors: [
      "spec.securityContext.runAsNonRoot is forbidden, forbidden values found: false",
      `${c0}.runAsNonRoot is forbidden, forbidden values found: false`,
      "spec.initContainers[0].securityContext.runAsNonRoot: Required value",
    ],
  },
  {
    check: "runAsUser",
    title: "refuses 0 at pod and container, in older versions too",
    version: "v1.20",
    spec: one({ runAsUser: 0 }, { securityContext: { runAsUser: 0 } }),
    errors: [
      "spec.securityContext.runAsUser is forbidden, forbidden values found: 0",
      `${c0}.runAsUser is forbidden, forbidden values found: 0`,
    ],
    reason: "runAsUser=0",
  },
  {
    check: "seLinuxOptions",
    title: "refuses types outside the list, users and roles",
    spec: one(
      { seLinuxOptions: { type: "spc_t", role: "r" } },
      { securityContext: { seLinuxOptions: { user: "u" } } },
    ),
    errors: [
      "spec.securityContext.seLinuxOptions.user is forbidden, forbidden values found: u",
      `${c0}.seLinuxOptions.type is forbidden, forbidden values found: spc_t`,
      `${c0}.seLinuxOptions.role is forbidden, forbidden values found: r`,
    ],
    reason: "seLinuxOptions",
  },
  {
    check: "seLinuxOptions",
    title: "knows container_engine_t since 1.31",
    version: "v1.31",
    spec: one({ seLinuxOptions: { type: "container_engine_t" } }),
    errors: [],
  },
  {
    check: "seLinuxOptions",
    title: "does not know container_engine_t in 1.30",
    version: "v1.30",
    spec: one({ seLinuxOptions: { type: "container_engine_t" } }),
    errors: [`${c0}.seLinuxOptions.type is forbidden, forbidden values found: container_engine_t`],
  },
  {
    check: "seccompProfile_baseline",
    title: "reads annotations before 1.19",
    version: "v1.18",
    spec: one({ seccompProfile: { type: "Unconfined" } }),
    annotations: {
      "seccomp.security.alpha.kubernetes.io/pod": "docker/default",
      "container.seccomp.security.alpha.kubernetes.io/a": "unconfined",
      "container.seccomp.security.alpha.kubernetes.io/nobody": "unconfined",
    },
    errors: [
      "metadata.annotations[container.seccomp.security.alpha.kubernetes.io/a] is forbidden, forbidden values found: unconfined",
    ],
    reason: "seccompProfile",
  },
  {
    check: "seccompProfile_baseline",
    title: "reads fields since 1.19 and asks for none",
    version: "v1.19",
    spec: {
      containers: [{ name: "a", securityContext: { seccompProfile: { type: "Unconfined" } } }, { name: "b" }],
    },
    errors: [`${c0}.seccompProfile.type is forbidden, forbidden values found: Unconfined`],
  },
  {
    check: "seccompProfile_restricted",
    title: "asks every container for a profile where the pod has none",
    spec: {
      containers: [{ name: "a", securityContext: { seccompProfile: { type: "Localhost" } } }, { name: "b" }],
    },
    errors: ["spec.containers[1].securityContext.seccompProfile.type: Required value"],
    reason: "seccompProfile",
  },
  {
    check: "seccompProfile_restricted",
    title: "tells bad profiles alone where there are any",
    spec: {
      securityContext: { seccompProfile: { type: "Unconfined" } },
      containers: [{ name: "a" }],
    },
    errors: ["spec.securityContext.seccompProfile.type is forbidden, forbidden values found: Unconfined"],
  },
  {
    check: "sysctls",
    title: "knows tcp_rmem since 1.32",
    version: "v1.31",
    spec: {
      securityContext: { sysctls: [{ name: "net.ipv4.tcp_rmem" }, { name: "net.ipv4.tcp_syncookies" }] },
    },
    errors: ["spec.securityContext.sysctls[0].name is forbidden, forbidden values found: net.ipv4.tcp_rmem"],
    reason: "forbidden sysctls",
  },
  {
    check: "sysctls",
    title: "takes all safe ones in the latest version",
    spec: {
      securityContext: {
        sysctls: [
          { name: "net.ipv4.tcp_wmem" },
          { name: "net.ipv4.tcp_keepalive_time" },
          { name: "net.ipv4.ip_local_reserved_ports" },
        ],
      },
    },
    errors: [],
  },
  {
    check: "windowsHostProcess",
    title: "refuses it at pod and container",
    spec: one(
      { windowsOptions: { hostProcess: true } },
      { securityContext: { windowsOptions: { hostProcess: true } } },
    ),
    errors: [
      "spec.securityContext.windowsOptions.hostProcess is forbidden, forbidden values found: true",
      `${c0}.windowsOptions.hostProcess is forbidden, forbidden values found: true`,
    ],
    reason: "hostProcess",
  },
];

describe("checks of the Pod Security Standards", () => {
  for (const { check, title, version, spec, annotations, errors, reason } of examples) {
    it(`${check} ${title}`, () => {
      const pod = readPod({ metadata: { annotations: annotations ?? {} }, spec }, "Pod");
      const violation = violationsOf(standardOf("restricted", version ?? "latest"), pod).find(
        ({ id }) => id === check,
      );
      assert.deepEqual((violation?.errors ?? []).map(fieldErrorText), errors);
      if (reason !== undefined) assert.equal(violation?.reason, reason);
    });
  }

  const handlers: readonly JsonObject[] = [
    { livenessProbe: { httpGet: { host: "h" } } },
    { readinessProbe: { tcpSocket: { host: "h" } } },
    { startupProbe: { httpGet: { host: "h" } } },
    { lifecycle: { preStop: { httpGet: { host: "h" } } } },
    { lifecycle: { postStart: { tcpSocket: { host: "h" } } } },
  ];
  for (const handler of handlers) {
    it(`hostProbesAndHostLifecycle refuses ${JSON.stringify(handler)} without naming the field`, () => {
      const pod = readPod({ spec: { containers: [{ name: "a", ...handler }] } }, "Pod");
      assert.deepEqual(violationsOf(standardOf("baseline", "v1.24"), pod), [
        {
          id: "hostProbesAndHostLifecycle",
          control: "",
          reason: "probe or lifecycle host",
          errors: [],
        },
      ]);
    });
  }

  it("has an example that fails for every check", () => {
    const shown = new Set(examples.filter(({ errors }) => errors.length > 0).map(({ check }) => check));
    const missing = podSecurityChecks.filter(({ id }) => !shown.has(id)).map(({ id }) => id);
    assert.deepEqual(missing, ["hostProbesAndHostLifecycle"]);
  });

  it("lists the variants of every check by rising version", () => {
    for (const { id, variants } of podSecurityChecks) {
      const minors = variants.map(({ sinceMinor }) => sinceMinor);
      assert.ok(minors.length > 0, id);
      assert.deepEqual(
        minors,
        minors.toSorted((a, b) => a - b),
        id,
      );
    }
  });
});

describe("levels and versions", () => {
  const bare = readPod({ spec: { containers: [{ name: "a" }], hostPID: true } }, "Pod");
  const idsAt = (level: string) => violationsOf(standardOf(level, ""), bare).map(({ id }) => id);
  const all = [
    "allowPrivilegeEscalation",
    "capabilities_restricted",
    "hostNamespaces",
    "runAsNonRoot",
    "seccompProfile_restricted",
  ];

  it("runs baseline checks alone at baseline, and all of them at any other level", () => {
    assert.deepEqual(idsAt("baseline"), ["hostNamespaces"]);
    assert.deepEqual(idsAt("restricted"), all);
    assert.deepEqual(idsAt("privileged"), all);
    assert.deepEqual(idsAt(""), all);
  });

  for (const version of ["1.24", "v2.0", "v1.", "v1.01", "newest", "v1.24.1"]) {
    it(`refuses the version ${version}`, () => {
      assert.throws(() => standardOf("baseline", version), /failed to parse pod security api version/);
    });
  }
});
