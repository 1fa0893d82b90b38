/** A policy as it is created. */
export interface PolicyManifest {
  readonly apiVersion: "kyverno.io/v1";
  readonly kind: "ClusterPolicy" | "Policy";
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly spec: Readonly<Record<string, unknown>> & { readonly rules: readonly unknown[] };
}

const clusterPolicy = (
  name: string,
  rules: readonly unknown[],
  options: { readonly annotations?: Readonly<Record<string, string>>; readonly spec?: object } = {},
): PolicyManifest => ({
  apiVersion: "kyverno.io/v1",
  kind: "ClusterPolicy",
  metadata: { name, ...(options.annotations === undefined ? {} : { annotations: options.annotations }) },
  spec: { validationFailureAction: "Audit", background: true, ...options.spec, rules },
});

const anyKind = (...kinds: readonly string[]): object => ({ any: [{ resources: { kinds } }] });

/** Asks Pods, and by autogen their controllers, for the label `team`. */
export const needTeam = (value = "?*"): PolicyManifest =>
  clusterPolicy(
    "need-team",
    [
      {
        name: "has-team",
        match: anyKind("Pod"),
        validate: {
          message: `team must look like ${value}`,
          pattern: { metadata: { labels: { team: value } } },
        },
      },
    ],
    { annotations: { "policies.kyverno.io/severity": "medium", "policies.kyverno.io/category": "Hygiene" } },
  );

const noLatest = clusterPolicy("no-latest", [
  {
    name: "tagged",
    match: anyKind("Pod"),
    validate: {
      message: "images need a tag",
      foreach: [
        {
          list: "request.object.spec.containers",
          deny: {
            conditions: { any: [{ key: "{{ element.image }}", operator: "Equals", value: "*:latest" }] },
          },
        },
      ],
    },
  },
]);

const limitsOrTier = clusterPolicy("limits-or-tier", [
  {
    name: "either",
    match: anyKind("Pod"),
    validate: {
      message: "memory limits, or the tier `free`",
      anyPattern: [
        { spec: { containers: [{ resources: { limits: { memory: "<=1Gi" } } }] } },
        { metadata: { labels: { tier: "free" } } },
      ],
    },
  },
]);

/** Judges only where the namespace is labelled `env: prod`. */
const prodConfig = clusterPolicy("prod-config", [
  {
    name: "owned",
    match: {
      any: [
        {
          resources: { kinds: ["ConfigMap"], namespaceSelector: { matchLabels: { env: "prod" } } },
        },
      ],
    },
    validate: { message: "data.owner is needed", pattern: { data: { owner: "?*" } } },
  },
]);

const frozenTeams = clusterPolicy("frozen-teams", [
  {
    name: "not-frozen",
    match: anyKind("Pod", "ConfigMap"),
    preconditions: {
      all: [
        {
          key: "{{ request.object.metadata.labels.team || '' }}",
          operator: "AnyIn",
          value: ["red", "blue"],
        },
      ],
    },
    validate: {
      message: "team {{ request.object.metadata.labels.team }} is frozen",
      deny: {
        conditions: {
          any: [
            { key: "{{ request.object.metadata.labels.team }}", operator: "Equals", value: "red" },
            { key: "{{ request.object.metadata.name }}", operator: "Equals", value: "*-9" },
          ],
        },
      },
    },
  },
]);

const widgetRules = (limit: string): PolicyManifest =>
  clusterPolicy("widgets", [
    {
      name: "size",
      match: anyKind("Widget"),
      validate: { message: "too large", pattern: { spec: { size: limit } } },
    },
    {
      name: "parts",
      match: anyKind("faults.example.com/v1/Widget"),
      validate: {
        message: "a part has no name",
        foreach: [
          {
            list: "request.object.spec.parts || `[]`",
            deny: {
              conditions: {
                any: [{ key: "{{ element.name || '' }}", operator: "Equals", value: "" }],
              },
            },
          },
        ],
      },
    },
  ]);

const namespaceOwner = clusterPolicy(
  "namespace-owner",
  [
    {
      name: "labelled",
      match: anyKind("Namespace"),
      validate: { message: "env is needed", pattern: { metadata: { labels: { env: "?*" } } } },
    },
  ],
  { annotations: { "policies.kyverno.io/scored": "false" } },
);

/** One rule breaks while it judges, one asks for what the object need not have; the third works. */
const partlyBroken = clusterPolicy("partly-broken", [
  {
    name: "breaks",
    match: anyKind("ConfigMap"),
    validate: {
      message: "no number",
      deny: {
        conditions: {
          any: [
            {
              key: "{{ to_number(request.object.data.count) }}",
              operator: "GreaterThan",
              value: 3,
            },
          ],
        },
      },
    },
  },
  {
    name: "works",
    match: anyKind("ConfigMap"),
    validate: { message: "no secrets here", pattern: { "X(data)": { "X(password)": "null" } } },
  },
  {
    name: "negated",
    match: anyKind("ConfigMap"),
    validate: { message: "no passwords", pattern: { "=(data)": { "X(password)": "null" } } },
  },
]);

/** The ConfigMap that a policy reads. */
export const allowedTeams = { namespace: "shop", name: "allowed-teams" } as const;

/** Its verdicts change with a ConfigMap, without any change of what it judges. */
const teamAllowed = clusterPolicy("team-allowed", [
  {
    name: "listed",
    match: anyKind("Pod"),
    context: [{ name: "allowed", configMap: allowedTeams }],
    preconditions: {
      all: [{ key: "{{ request.object.metadata.labels.team || '' }}", operator: "NotEquals", value: "" }],
    },
    validate: {
      message: "only {{ allowed.data.teams }} may be teams",
      deny: {
        conditions: {
          any: [
            {
              key: "{{ request.object.metadata.labels.team }}",
              operator: "AnyNotIn",
              value: "{{ parse_json(allowed.data.teams) }}",
            },
          ],
        },
      },
    },
  },
]);

const shopConfig: PolicyManifest = {
  apiVersion: "kyverno.io/v1",
  kind: "Policy",
  metadata: { name: "shop-config", namespace: "shop" },
  spec: {
    validationFailureAction: "Audit",
    background: true,
    rules: [
      {
        name: "has-count",
        match: anyKind("ConfigMap"),
        validate: { message: "data.count is needed", pattern: { data: { count: "?*" } } },
      },
    ],
  },
};

/** What is there when a seed begins. */
export const initialPolicies: readonly PolicyManifest[] = [
  needTeam(),
  noLatest,
  limitsOrTier,
  prodConfig,
  frozenTeams,
  widgetRules("<=9007199254740993"),
  namespaceOwner,
  partlyBroken,
  teamAllowed,
  shopConfig,
];

/** Other versions of the same policies, and policies that come and go. */
export const policyVariants: readonly PolicyManifest[] = [
  needTeam("red|blue"),
  needTeam("green*"),
  widgetRules("<=10"),
  widgetRules(">100"),
  { ...prodConfig, spec: { ...prodConfig.spec, background: false } },
  { ...noLatest, metadata: { ...noLatest.metadata, labels: { "reports.kyverno.io/disabled": "true" } } },
  {
    ...limitsOrTier,
    metadata: {
      ...limitsOrTier.metadata,
      annotations: { "pod-policies.kyverno.io/autogen-controllers": "none" },
    },
  },
  {
    ...frozenTeams,
    metadata: { ...frozenTeams.metadata, annotations: { "policies.kyverno.io/scored": "false" } },
  },
  clusterPolicy("late", [
    {
      name: "no-blue",
      match: anyKind("Pod", "Deployment", "Widget"),
      exclude: { any: [{ resources: { namespaces: ["lab"] } }] },
      validate: {
        message: "blue is gone",
        pattern: { "=(metadata)": { "=(labels)": { "=(team)": "!blue" } } },
      },
    },
  ]),
  {
    ...shopConfig,
    metadata: { name: "edge-widgets", namespace: "edge" },
    spec: {
      ...shopConfig.spec,
      rules: [
        {
          name: "colour",
          match: anyKind("Widget", "Namespace"),
          validate: { message: "colour is needed", pattern: { spec: { colour: "?*" } } },
        },
      ],
    },
  },
];
