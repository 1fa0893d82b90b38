import assert from "node:assert/strict";
import { describe, it } from "node:test";

import type { PodSecurityExclusion } from "#api/kyverno/pod-security.ts";

import { good, judge, pod } from "../podsecurity/pods.fixture.ts";
import type { JsonObject } from "../values/json.ts";

const controls = (
  level: string,
  resource: JsonObject,
  ...exclude: PodSecurityExclusion[]
): readonly string[] => {
  const response = judge({ level, version: "latest", exclude } as Parameters<typeof judge>[0], resource);
  return response?.status === "pass" ? [] : (response?.properties["controls"] ?? "").split(",");
};
const container = (more: JsonObject, image = "nginx:1"): JsonObject => ({
  name: "a",
  image,
  securityContext: { ...good, ...more },
});

describe("a pod security rule", () => {
  it("at the level privileged reports what the restricted level does", () => {
    const plain = pod({ containers: [{ name: "a", image: "nginx" }] });
    assert.deepEqual(controls("privileged", plain), controls("restricted", plain));
    assert.deepEqual(controls("baseline", plain), []);
  });

  it("excludes all checks of a control by its name", () => {
    const resource = pod({ containers: [container({ capabilities: { drop: [], add: ["NET_ADMIN"] } })] });
    assert.deepEqual(controls("restricted", resource), ["capabilities_baseline", "capabilities_restricted"]);
    assert.deepEqual(controls("restricted", resource, { controlName: "Capabilities", images: ["*"] }), []);
  });

  it("compares images with the text of the manifest, without the registry that is meant", () => {
    const resource = pod({ containers: [container({ privileged: true, allowPrivilegeEscalation: false })] });
    const excluded = (image: string) =>
      controls("baseline", resource, { controlName: "Privileged Containers", images: [image] });
    assert.deepEqual(excluded("docker.io/nginx*"), ["privileged"]);
    assert.deepEqual(excluded("nginx*"), []);
  });

  it("wants an exclusion each for the pod and for its containers", () => {
    const seLinuxOptions = { type: "spc_t" };
    const resource = pod({
      securityContext: { seLinuxOptions },
      containers: [container({ seLinuxOptions })],
    });
    const ofPod: PodSecurityExclusion = { controlName: "SELinux" };
    const ofContainers: PodSecurityExclusion = { controlName: "SELinux", images: ["*"] };
    assert.deepEqual(controls("baseline", resource, ofPod), ["seLinuxOptions"]);
    assert.deepEqual(controls("baseline", resource, ofContainers), ["seLinuxOptions"]);
    assert.deepEqual(controls("baseline", resource, ofPod, ofContainers), []);
  });

  it("counts ephemeral containers", () => {
    const resource = pod({
      containers: [container({})],
      ephemeralContainers: [container({ privileged: true })],
    });
    assert.deepEqual(controls("baseline", resource), ["privileged"]);
  });

  it("keeps nothing from one object to the next", () => {
    const bad = pod({ containers: [container({ privileged: true })] });
    const fine = pod({ containers: [container({})] });
    assert.deepEqual(
      [bad, fine, bad].map((resource) => controls("baseline", resource)),
      [["privileged"], [], ["privileged"]],
    );
  });

  it("reports each check once, and says the version as it is written", () => {
    const resource = pod({ hostNetwork: true, hostPID: true, containers: [container({})] });
    const response = judge({ level: "baseline", version: "v1.24" }, resource);
    assert.equal(response?.properties["controls"], "hostNamespaces");
    assert.match(response.message, /violates PodSecurity "baseline:v1.24"/);
  });
});
