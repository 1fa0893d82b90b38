import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { autogenControllersAnnotation } from "#api/labels.ts";
import type { Rule } from "#api/kyverno/rule.ts";

import { policyRules } from "./policy-rules.ts";

const pods = { any: [{ resources: { kinds: ["Pod"] } }] };
const all = [
  "apps/v1/DaemonSet",
  "apps/v1/Deployment",
  "batch/v1/Job",
  "apps/v1/ReplicaSet",
  "v1/ReplicationController",
  "apps/v1/StatefulSet",
];

function rule(more: Partial<Rule> = {}): Rule {
  return {
    name: "r",
    match: pods,
    validate: { message: "m", pattern: { metadata: { name: "?*" } } },
    ...more,
  };
}

function generated(rules: readonly Rule[], annotation?: string) {
  const annotations = annotation === undefined ? {} : { [autogenControllersAnnotation]: annotation };
  return policyRules({ rules }, annotations).generated;
}

function namesFor(kind: string, rules: readonly Rule[], annotation?: string): readonly string[] {
  const annotations = annotation === undefined ? {} : { [autogenControllersAnnotation]: annotation };
  return policyRules({ rules }, annotations)
    .rulesFor(kind)
    .map(({ name }) => name);
}

describe("policyRules", () => {
  it("wraps a pattern once for controllers and twice for CronJob", () => {
    assert.deepEqual(generated([rule()]), [
      {
        name: "autogen-r",
        match: { any: [{ resources: { kinds: all } }] },
        validate: { message: "m", pattern: { spec: { template: { metadata: { name: "?*" } } } } },
      },
      {
        name: "autogen-cronjob-r",
        match: { any: [{ resources: { kinds: ["batch/v1/CronJob"] } }] },
        validate: {
          message: "m",
          pattern: { spec: { jobTemplate: { spec: { template: { metadata: { name: "?*" } } } } } },
        },
      },
    ]);
  });

  it("wraps each entry of anyPattern", () => {
    const [first] = generated([rule({ validate: { anyPattern: [{ a: 1 }, { b: 2 }] } })]);
    assert.deepEqual(first?.validate?.anyPattern, [
      { spec: { template: { a: 1 } } },
      { spec: { template: { b: 2 } } },
    ]);
  });

  it("rewrites texts that speak of the pod's spec and metadata, and no others", () => {
    const deny = {
      conditions: {
        all: [
          {
            key: "{{ request.object.spec.x || request.oldObject.metadata.name }}",
            operator: "Equals",
            value: "{{ request.object.kind }}",
          },
        ],
      },
    };
    const [controller, cronJob] = generated([rule({ validate: { deny } })]);
    assert.deepEqual(controller?.validate?.deny?.conditions, {
      all: [
        {
          key: "{{ request.object.spec.template.spec.x || request.oldObject.spec.template.metadata.name }}",
          operator: "Equals",
          value: "{{ request.object.kind }}",
        },
      ],
    });
    assert.match(
      JSON.stringify(cronJob?.validate?.deny),
      /request\.object\.spec\.jobTemplate\.spec\.template\.spec\.x/,
    );
  });

  it("rewrites CEL by its own roots and leaves namespaceObject alone", () => {
    const cel = {
      expressions: [{ expression: "object.spec.a && oldObject.metadata.b && namespaceObject.metadata.c" }],
    };
    const [controller] = generated([rule({ validate: { cel } })]);
    assert.equal(
      controller?.validate?.cel?.expressions?.[0]?.expression,
      "object.spec.template.spec.a && oldObject.spec.template.metadata.b && namespaceObject.metadata.c",
    );
  });

  it("shifts references of the message into the template", () => {
    const [controller] = generated([
      rule({ validate: { message: "is $(./../../pattern/spec/x) now", pattern: {} } }),
    ]);
    assert.equal(controller?.validate?.message, "is $(./../../pattern/spec/template/spec/x) now");
  });

  it("keeps context, preconditions and properties, and loses image extractors", () => {
    const [controller] = generated([
      rule({
        context: [{ name: "x", variable: { value: 1 } }],
        preconditions: { all: [] },
        reportProperties: { team: "a" },
        imageExtractors: { Pod: [{ path: "/spec" }] },
      }),
    ]);
    assert.deepEqual(Object.keys(controller ?? {}).toSorted(), [
      "context",
      "match",
      "name",
      "preconditions",
      "reportProperties",
      "validate",
    ]);
  });

  it("cuts names to 63 bytes", () => {
    const [controller] = generated([rule({ name: "n".repeat(63) })]);
    assert.equal(controller?.name.length, 63);
  });

  it("replaces kinds only in filters for pods, and for CronJob in every filter", () => {
    const match = { any: [{ resources: { kinds: ["Pod"] } }, { resources: { kinds: ["Service"] } }] };
    const [controller, cronJob] = generated([rule({ match })], "Deployment,CronJob");
    assert.deepEqual(controller?.match.any, [
      { resources: { kinds: ["apps/v1/Deployment"] } },
      { resources: { kinds: ["Service"] } },
    ]);
    assert.deepEqual(cronJob?.match.any, [
      { resources: { kinds: ["batch/v1/CronJob"] } },
      { resources: { kinds: ["batch/v1/CronJob"] } },
    ]);
  });

  const ineligible: readonly [title: string, rules: readonly Rule[]][] = [
    ["a rule that generates", [rule(), rule({ name: "g", generate: { kind: "ConfigMap" } })]],
    ["a JSON patch", [rule({ mutate: { patchesJson6902: "[]" } })]],
    ["a JSON patch in a foreach", [rule({ mutate: { foreach: [{ patchesJson6902: "[]" }] } })]],
    ["names", [rule({ match: { any: [{ resources: { kinds: ["Pod"], names: ["a"] } }] } })]],
    ["a selector in exclude", [rule({ exclude: { any: [{ resources: { selector: {} } }] } })]],
    ["annotations", [rule({ match: { resources: { kinds: ["Pod"], annotations: {} } } })]],
    ["Pod beside another kind", [rule({ match: { any: [{ resources: { kinds: ["Pod", "Service"] } }] } })]],
    ["no literal kind", [rule({ match: { any: [{ resources: { kinds: ["v1/Pod"] } }] } })]],
  ];
  for (const [title, rules] of ineligible) {
    it(`generates nothing for a policy with ${title}, whatever the annotation says`, () => {
      assert.deepEqual(generated(rules, "Deployment"), []);
    });
  }

  it("generates nothing where exclude names kinds without Pod", () => {
    assert.deepEqual(generated([rule({ exclude: { any: [{ resources: { kinds: ["Deployment"] } }] } })]), []);
  });

  it("generates nothing with the annotation none", () => {
    assert.deepEqual(generated([rule()], "none"), []);
  });

  const perKind: readonly [kind: string, annotation: string | undefined, names: readonly string[]][] = [
    ["Pod", undefined, ["r"]],
    ["Service", undefined, ["r"]],
    ["Deployment", undefined, ["r", "autogen-r"]],
    ["CronJob", undefined, ["r", "autogen-cronjob-r"]],
    ["Deployment", "StatefulSet,Job", ["r"]],
    ["Job", "StatefulSet,Job", ["r", "autogen-r"]],
    ["Job", "StatefulSet, Job", ["r"]],
    ["Deployment", "none", ["r"]],
  ];
  for (const [kind, annotation, names] of perKind) {
    it(`tries ${names.join(" and ")} on a ${kind} with the annotation ${annotation ?? "absent"}`, () => {
      assert.deepEqual(namesFor(kind, [rule()], annotation), names);
    });
  }

  it("drops declared rules that are named like generated ones, once there is one", () => {
    const rules = [rule(), rule({ name: "autogen-mine" })];
    assert.deepEqual(namesFor("Deployment", rules), ["r", "autogen-r"]);
    assert.deepEqual(namesFor("Pod", rules), ["r", "autogen-mine"]);
  });
});
