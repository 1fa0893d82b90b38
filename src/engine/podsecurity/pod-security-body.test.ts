import assert from "node:assert/strict";
import { describe, it } from "node:test";
import * as fc from "fast-check";

import type { PodSecurityExclusion } from "#api/kyverno/pod-security.ts";

import { compile } from "../compile.ts";
import { evaluate } from "../evaluate.ts";
import { input, policy } from "../evaluate.fixture.ts";
import type { Json } from "../values/json.ts";
import { exceptions, good, judge, pod, privileged } from "./pods.fixture.ts";

const decent = pod({ containers: [{ name: "a", image: "nginx", securityContext: good }] });

describe("podSecurity: verdicts", () => {
  it("passes a pod that is in order, without properties", () => {
    const response = judge({ level: "restricted", version: "latest" }, decent);
    assert.deepEqual(
      [response?.status, response?.message, response?.properties],
      ["pass", "Validation rule 'r' passed.", {}],
    );
  });

  it("tells the violations in message and properties", () => {
    const spec = {
      hostNetwork: true,
      initContainers: [{ name: "i", image: "ghcr.io/x/y:2", securityContext: { ...good, privileged: true } }],
      containers: [{ name: "a", image: "nginx", securityContext: good }],
    };
    const response = judge({ level: "baseline", version: "v1.24" }, pod(spec));
    assert.equal(
      response?.message,
      "Validation rule 'r' failed. It violates PodSecurity \"baseline:v1.24\": " +
        "(Forbidden reason: host namespaces, field error list: [spec.hostNetwork is forbidden, forbidden values found: true])" +
        "(Forbidden reason: privileged, field error list: [spec.initContainers[0].securityContext.privileged is forbidden, forbidden values found: true])",
    );
    assert.deepEqual(response.properties, {
      standard: "baseline",
      version: "v1.24",
      controls: "hostNamespaces,privileged",
      controlsJSON:
        '[{"ID":"hostNamespaces","Name":"Host Namespaces","Images":null},' +
        '{"ID":"privileged","Name":"Privileged Containers","Images":["ghcr.io/x/y:2"]}]',
    });
  });

  it("names containers whose images cannot be read, with Go's escapes", () => {
    const response = judge(
      { level: "baseline" },
      pod({
        containers: [{ name: "<a>", image: "No Image", securityContext: { privileged: true } }],
      }),
    );
    assert.match(response?.properties["controlsJSON"] ?? "", /"Images":\["\\u003ca\\u003e"\]/);
  });

  it("writes paths of pod controllers, and metadata as the template's for all kinds", () => {
    const annotation = "container.apparmor.security.beta.kubernetes.io/a";
    const template = {
      metadata: { annotations: { [annotation]: "unconfined" } },
      spec: { containers: [{ name: "a" }], hostPID: true },
    };
    const cases = [
      ["Pod", { ...template, kind: "Pod" }, "spec.hostPID"],
      ["Deployment", { spec: { template } }, "spec.template.spec.hostPID"],
      [
        "CronJob",
        {
          spec: {
            jobTemplate: { metadata: template.metadata, spec: { template: { spec: template.spec } } },
          },
        },
        "spec.jobTemplate.spec.template.spec.hostPID",
      ],
    ] as const;
    for (const [kind, resource, path] of cases) {
      const group = kind === "Pod" ? "" : kind === "CronJob" ? "batch" : "apps";
      const response = judge({ level: "baseline" }, resource, { gvk: { group, version: "v1", kind } });
      const expected =
        `(Forbidden reason: forbidden AppArmor profile, field error list: [spec.template.metadata.annotations[${annotation}] is forbidden, forbidden values found: unconfined])` +
        `(Forbidden reason: host namespaces, field error list: [${path} is forbidden, forbidden values found: true])`;
      assert.equal(response?.message.slice(response.message.indexOf("(")), expected, kind);
    }
  });

  it("has no verdict on a DELETE, not even an exception's", () => {
    const gone = {
      operation: "DELETE",
      oldResource: decent,
      exceptions: exceptions({ key: "n/e" }),
    } as const;
    assert.equal(judge({ level: "restricted" }, {}, gone), undefined);
  });

  it("answers other kinds and fields of the wrong type with an error", () => {
    const match = { any: [{ resources: { kinds: ["Service"] } }] };
    const services = compile(policy([{ name: "r", match, validate: { podSecurity: {} } }]));
    const gvk = { group: "", version: "v1", kind: "Service" };
    const evaluation = evaluate(services, input({ kind: "Service" }, { gvk }));
    assert.ok(evaluation.kind === "completed");
    assert.deepEqual(
      evaluation.responses.map(({ status, message }) => [status, message]),
      [["error", "Error while getting new resource: could not find correct resource type"]],
    );
    const wrong = judge(
      { level: "baseline" },
      pod({ containers: [{ name: "a", ports: [{ hostPort: "80" }] }] }),
    );
    assert.equal(
      wrong?.message,
      "Error while getting new resource: spec.containers[0].ports[0].hostPort must be an integer, not a string",
    );
  });

  it("answers an unknown version with an error that says so", () => {
    const version = "v2" as "latest";
    assert.match(judge({ version }, decent)?.message ?? "", /failed to parse pod security api version/);
  });
});

describe("podSecurity: exceptions", () => {
  const control: PodSecurityExclusion = { controlName: "Privileged Containers", images: ["nginx*"] };
  const other: PodSecurityExclusion = { controlName: "Privileged Containers", images: ["redis*"] };
  const level = "baseline";

  it("skips the rule for an exception without controls, whatever the pod is like", () => {
    const list = exceptions({ key: "n/a", controls: [control] }, { key: "n/b" });
    const response = judge({ level }, decent, { exceptions: list });
    assert.deepEqual(
      [response?.status, response?.message, response?.exceptions],
      ["skip", "rule is skipped due to policy exception n/b", ["n/b"]],
    );
  });

  it("skips the rule where the controls of all exceptions together leave nothing", () => {
    const list = exceptions({ key: "n/a", controls: [control] }, { key: "n/b", controls: [other] });
    const response = judge({ level }, privileged("nginx", "redis"), { exceptions: list });
    assert.deepEqual(
      [response?.status, response?.message, response?.exceptions, response?.properties],
      ["skip", "rule is skipped due to policy exceptions n/a, n/b", ["n/a", "n/b"], {}],
    );
  });

  it("fails with what is left, and names no exception", () => {
    const list = exceptions({ key: "n/a", controls: [control] });
    const response = judge({ level }, privileged("nginx", "redis"), { exceptions: list });
    assert.equal(response?.status, "fail");
    assert.equal(response.exceptions, undefined);
    assert.match(response.message, /list: \[spec\.containers\[1\]\.securityContext\.privileged is/);
  });

  it("does not need an exception for a pod that passes", () => {
    const list = exceptions({ key: "n/a", controls: [control] });
    assert.equal(judge({ level }, decent, { exceptions: list })?.status, "pass");
  });
});

describe("podSecurity: hostile pods", () => {
  const names = [
    "spec",
    "metadata",
    "annotations",
    "containers",
    "initContainers",
    "ephemeralContainers",
    "securityContext",
    "capabilities",
    "add",
    "drop",
    "volumes",
    "hostPath",
    "ports",
    "hostPort",
    "lifecycle",
    "preStop",
    "httpGet",
    "host",
    "seccompProfile",
    "type",
    "template",
    "jobTemplate",
    "name",
    "image",
    "sysctls",
    "os",
    "__proto__",
    "constructor",
  ];
  const json = fc.letrec<{ value: Json }>((tie) => ({
    value: fc.oneof(
      { depthSize: "medium", withCrossShrink: true },
      fc.constantFrom<Json>(null, true, false, 0, 80, 1.5, "", "ALL", "Unconfined", "__proto__"),
      fc.array(tie("value"), { maxLength: 3 }),
      fc.dictionary(fc.constantFrom(...names), tie("value"), { maxKeys: 6 }),
    ),
  })).value;
  const exclude: PodSecurityExclusion[] = [
    { controlName: "Capabilities", images: ["*"] },
    { controlName: "Seccomp" },
  ];
  const list = exceptions({ key: "n/a", controls: [{ controlName: "Host Ports", images: ["*"] }] });

  it("always end in one verdict, whose message is no internal error", () => {
    const kinds = ["Pod", "Deployment", "CronJob"] as const;
    fc.assert(
      fc.property(json, fc.constantFrom(...kinds), (spec, kind) => {
        const group = kind === "Pod" ? "" : kind === "CronJob" ? "batch" : "apps";
        const response = judge(
          { level: "restricted", exclude },
          { kind, spec },
          {
            gvk: { group, version: "v1", kind },
            exceptions: list,
          },
        );
        assert.ok(response !== undefined);
        assert.ok(["pass", "fail", "error", "skip"].includes(response.status));
        assert.doesNotMatch(response.message, /internal error/);
      }),
      { numRuns: 300 },
    );
  });
});
