/** A pod as far as the checks by hand look at it. Unlike the engine they trust its types. */
export interface Pod {
  readonly metadata: {
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly spec: {
    readonly hostNetwork?: boolean;
    readonly hostPID?: boolean;
    readonly hostIPC?: boolean;
    readonly runtimeClassName?: string;
    readonly imagePullSecrets?: readonly { readonly name?: string }[];
    readonly securityContext?: PodSecurity;
    readonly containers: readonly Container[];
    readonly initContainers?: readonly Container[];
    readonly ephemeralContainers?: readonly Container[];
    readonly volumes?: readonly Volume[];
  };
}

interface SharedSecurity {
  readonly runAsUser?: number;
  readonly runAsNonRoot?: boolean;
  readonly seLinuxOptions?: { readonly type?: string; readonly user?: string; readonly role?: string };
  readonly seccompProfile?: { readonly type?: string };
  readonly appArmorProfile?: { readonly type?: string };
  readonly windowsOptions?: { readonly hostProcess?: boolean };
}

export interface PodSecurity extends SharedSecurity {
  readonly supplementalGroups?: readonly number[];
  readonly sysctls?: readonly { readonly name: string }[];
}

export interface ContainerSecurity extends SharedSecurity {
  readonly privileged?: boolean;
  readonly allowPrivilegeEscalation?: boolean;
  readonly procMount?: string;
  readonly capabilities?: { readonly add?: readonly string[]; readonly drop?: readonly string[] };
}

interface Handler {
  readonly httpGet?: { readonly host?: string };
  readonly tcpSocket?: { readonly host?: string };
  readonly exec?: { readonly command?: readonly string[] };
}

export interface Container {
  readonly name: string;
  readonly image: string;
  readonly securityContext?: ContainerSecurity;
  readonly ports?: readonly { readonly hostPort?: number }[];
  readonly livenessProbe?: Handler;
  readonly readinessProbe?: Handler;
  readonly startupProbe?: Handler;
  readonly lifecycle?: { readonly postStart?: Handler; readonly preStop?: Handler };
  readonly volumeMounts?: readonly { readonly name: string; readonly readOnly?: boolean }[];
  readonly resources?: {
    readonly requests?: Readonly<Record<string, string>>;
    readonly limits?: Readonly<Record<string, string>>;
  };
}

export interface Volume {
  readonly name: string;
  readonly hostPath?: { readonly path?: string };
  readonly emptyDir?: { readonly sizeLimit?: string };
  readonly [source: string]: unknown;
}

/** What a rule says of a pod; undefined where it gives no result. */
export type Verdict = "pass" | "fail" | "skip" | undefined;

export type CheckByHand = (pod: Pod) => Verdict;

/** True where every container, of whatever group, is right. */
export const everyContainer = ({ spec }: Pod, isRight: (container: Container) => boolean): boolean =>
  (spec.ephemeralContainers?.every(isRight) ?? true) &&
  (spec.initContainers?.every(isRight) ?? true) &&
  spec.containers.every(isRight);

export const passIf = (isRight: boolean): Verdict => (isRight ? "pass" : "fail");
