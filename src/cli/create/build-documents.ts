import { UsageError } from "../usage-error.ts";
import { pairOf, partsOf } from "./parse-parts.ts";

const cliApi = "cli.kyverno.io/v1alpha1";

/** What a test file is to hold. */
export interface TestParts {
  readonly name?: string;
  readonly policy?: readonly string[];
  readonly resource?: readonly string[];
  readonly values?: string;
  readonly pass?: readonly string[];
  readonly fail?: readonly string[];
  readonly skip?: readonly string[];
}

const resultForm = "POLICY,RULE,RESOURCE[,NAMESPACE[,KIND]]";

/** A `Test`, as `rearguard test` runs it. Throws a `UsageError`. */
export function buildTest(parts: TestParts): object {
  const { name = "test-name", policy = [], resource = [], values } = parts;
  const expected = (["pass", "fail", "skip"] as const).flatMap((result) =>
    (parts[result] ?? []).map((text) => expectedResult(`--${result}`, text, result)),
  );
  return {
    apiVersion: cliApi,
    kind: "Test",
    metadata: { name },
    policies: policy,
    resources: resource,
    ...(values === undefined ? {} : { variables: values }),
    results: expected,
  };
}

function expectedResult(flag: string, text: string, result: string): object {
  const [policy, rule, resource = "", namespace, kind] = partsOf(flag, text, 3, resultForm);
  return {
    policy,
    rule,
    ...(kind === undefined ? {} : { kind }),
    resources: [namespace === undefined ? resource : `${namespace}/${resource}`],
    result,
  };
}

/** What a values file is to hold. */
export interface ValuesParts {
  readonly global?: readonly string[];
  readonly nsSelector?: readonly string[];
  readonly rule?: readonly string[];
  readonly resource?: readonly string[];
}

/** A `Values` file. Entries of one policy stand together. Throws a `UsageError`. */
export function buildValues({ global = [], nsSelector = [], rule = [], resource = [] }: ValuesParts): object {
  const rules = rule.map((text) => policyEntry("--rule", text, "POLICY,RULE,KEY=VALUE,…"));
  const resources = resource.map((text) => policyEntry("--resource", text, "POLICY,RESOURCE,KEY=VALUE,…"));
  const policies = [...new Set([...rules, ...resources].map(({ policy }) => policy))].map((policy) => {
    const ofPolicy = (entries: readonly PolicyEntry[]) =>
      entries.filter((entry) => entry.policy === policy).map(({ entry }) => entry);
    const [own, of] = [ofPolicy(rules), ofPolicy(resources)];
    return {
      name: policy,
      ...(of.length === 0 ? {} : { resources: of }),
      ...(own.length === 0 ? {} : { rules: own }),
    };
  });
  const namespaces = nsSelector.map((text) => {
    const [name, ...labels] = partsOf("--ns-selector", text, 2, "NAMESPACE,LABEL=VALUE,…");
    return { name, labels: Object.fromEntries(labels.map((label) => pairOf("--ns-selector", label))) };
  });
  return {
    apiVersion: cliApi,
    kind: "Values",
    metadata: { name: "values" },
    ...(global.length === 0
      ? {}
      : { globalValues: Object.fromEntries(global.map((text) => pairOf("--global", text))) }),
    ...(policies.length === 0 ? {} : { policies }),
    ...(namespaces.length === 0 ? {} : { namespaceSelector: namespaces }),
  };
}

interface PolicyEntry {
  readonly policy: string;
  readonly entry: { readonly name: string; readonly values: object };
}

function policyEntry(flag: string, text: string, form: string): PolicyEntry {
  const [policy = "", name = "", ...values] = partsOf(flag, text, 3, form);
  return {
    policy,
    entry: { name, values: Object.fromEntries(values.map((value) => pairOf(flag, value))) },
  };
}

/** Who makes requests. */
export interface UserInfoParts {
  readonly username?: string;
  readonly role?: readonly string[];
  readonly clusterRole?: readonly string[];
  readonly group?: readonly string[];
}

/** A `UserInfo` file. */
export function buildUserInfo({ username, role = [], clusterRole = [], group = [] }: UserInfoParts): object {
  return {
    apiVersion: cliApi,
    kind: "UserInfo",
    metadata: { name: "user-info" },
    ...(clusterRole.length === 0 ? {} : { clusterRoles: clusterRole }),
    ...(role.length === 0 ? {} : { roles: role }),
    userInfo: {
      ...(username === undefined ? {} : { username }),
      ...(group.length === 0 ? {} : { groups: group }),
    },
  };
}

/** Which namespaces metrics are about. */
export interface MetricsParts {
  readonly name?: string;
  readonly namespace?: string;
  readonly include?: readonly string[];
  readonly exclude?: readonly string[];
}

/** The ConfigMap of metrics. */
export function buildMetricsConfig(parts: MetricsParts): object {
  const { name = "kyverno-metrics", namespace = "kyverno", include = [], exclude = [] } = parts;
  const namespaces = {
    ...(include.length === 0 ? {} : { include }),
    ...(exclude.length === 0 ? {} : { exclude }),
  };
  return {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name, namespace },
    data: { namespaces: JSON.stringify(namespaces, undefined, 2) },
  };
}

/** What an exception is for. */
export interface ExceptionParts {
  readonly namespace?: string;
  readonly policyRules?: readonly string[];
  readonly any?: readonly string[];
  readonly all?: readonly string[];
  /** `true` or `false`. */
  readonly background?: string;
}

/** A `PolicyException`. Throws a `UsageError` for one that would be about nothing. */
export function buildException(name: string, parts: ExceptionParts): object {
  const { namespace, policyRules = [], any = [], all = [], background = "true" } = parts;
  if (policyRules.length === 0) throw new UsageError("name policies and rules: --policy-rules POLICY,RULE,…");
  if ((any.length === 0) === (all.length === 0)) {
    throw new UsageError("say what is excepted: --any kind=Pod,name=web-*, or --all in its place");
  }
  if (background !== "true" && background !== "false") {
    throw new UsageError(`--background ${background}: write true or false`);
  }
  return {
    apiVersion: "kyverno.io/v2",
    kind: "PolicyException",
    metadata: { name, ...(namespace === undefined ? {} : { namespace }) },
    spec: {
      background: background === "true",
      match:
        any.length > 0
          ? { any: any.map((text) => filterOf("--any", text)) }
          : { all: all.map((text) => filterOf("--all", text)) },
      exceptions: policyRules.map((text) => {
        const [policyName, ...ruleNames] = partsOf("--policy-rules", text, 2, "POLICY,RULE,…");
        return { policyName, ruleNames };
      }),
    },
  };
}

const filterFields: ReadonlyMap<string, string> = new Map([
  ["kind", "kinds"],
  ["name", "names"],
  ["namespace", "namespaces"],
  ["operation", "operations"],
]);

function filterOf(flag: string, text: string): object {
  const resources: Record<string, string[]> = {};
  for (const part of partsOf(flag, text, 1, "kind=…,name=…,namespace=…,operation=…")) {
    const [key, value] = pairOf(flag, part);
    const field = filterFields.get(key);
    if (field === undefined) {
      throw new UsageError(`${flag} ${part}: known are ${[...filterFields.keys()].join(", ")}`);
    }
    (resources[field] ??= []).push(value);
  }
  return { resources };
}
