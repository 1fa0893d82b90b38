/** The kinds of rules that are measured apart. */
export type RuleKind = "pattern" | "deny" | "foreach" | "podSecurity" | "conditions";

/** Policies of one kind of rules, and how fast they have to be judged. */
export interface RuleSet {
  readonly kind: RuleKind;
  /** Below `policies/` of the corpus. */
  readonly files: readonly string[];
  /** Results per second and core. */
  readonly minPerSecond: number;
}

const underBaseline = (name: string): string => `pod-security/baseline/${name}/${name}.yaml`;
const underRestricted = (name: string): string => `pod-security/restricted/${name}/${name}.yaml`;
const other = (name: string): string => `other/${name}/${name}.yaml`;
const migration = (name: string): string => `psp-migration/${name}/${name}.yaml`;
const practice = (name: string): string => `best-practices/${name}/${name}.yaml`;
const wholeStandard = (name: string): string => `pod-security/subrule/restricted/${name}/${name}.yaml`;

/** What is measured. `conditions` are rules whose preconditions or deny conditions do most of the work. */
export const ruleSets: readonly RuleSet[] = [
  {
    kind: "pattern",
    files: [
      underBaseline("disallow-host-namespaces"),
      underBaseline("disallow-privileged-containers"),
      underBaseline("disallow-selinux"),
      underBaseline("restrict-apparmor-profiles"),
      underBaseline("restrict-sysctls"),
      underRestricted("disallow-privilege-escalation"),
      underRestricted("require-run-as-non-root-user"),
    ],
    minPerSecond: 100_000,
  },
  {
    kind: "deny",
    files: [underBaseline("disallow-capabilities"), underRestricted("restrict-volume-types")],
    minPerSecond: 100_000,
  },
  {
    kind: "foreach",
    files: [
      migration("restrict-adding-capabilities"),
      practice("require-drop-all"),
      practice("require-drop-cap-net-raw"),
      other("limit-hostpath-vols"),
      other("ensure-readonly-hostpath"),
      other("require-emptydir-requests-limits"),
    ],
    minPerSecond: 30_000,
  },
  {
    kind: "podSecurity",
    files: [wholeStandard("restricted-latest"), wholeStandard("restricted-exclude-capabilities")],
    minPerSecond: 30_000,
  },
  {
    kind: "conditions",
    files: [
      migration("restrict-runtimeClassName"),
      migration("check-supplemental-groups"),
      other("deny-commands-in-exec-probe"),
      other("metadata-match-regex"),
      other("require-imagepullsecrets"),
    ],
    minPerSecond: 30_000,
  },
];
